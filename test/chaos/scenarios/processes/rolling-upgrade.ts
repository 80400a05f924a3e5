import { buildEarlierCommit, type EarlierBuild } from '../../environment/earlier-build.ts';
import { drainAndCheck, type ScenarioResult } from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { type Scenario, waitForAccepted } from '../scenario.ts';

const SUBSCRIBERS = 500;

export const rollingUpgrade: Scenario = {
  name: 'rolling-upgrade',
  about:
    'workers of the last commit with other code and the same tables send beside those of this one, then one is stopped and one killed: nobody is mailed twice or lost',
  runsInBackground: true,
  workers: 1,
  servers: async (environment): Promise<ScenarioResult> => {
    const build = await buildEarlierCommit().catch((error: Error) => {
      environment.log(`NOT RUN, there is no earlier build: ${error.message.slice(0, 300)}`);
      return null;
    });
    if (build === null) return { counts: null, violations: [] };
    try {
      return await upgrade(environment, build);
    } finally {
      // The processes of that build must end before its files are removed.
      for (const supervised of environment.processes.slice(1)) await supervised.remove();
      await build.close();
    }
  },
};

async function upgrade(
  environment: ServerEnvironment,
  { main, name }: EarlierBuild,
): Promise<ScenarioResult> {
  environment.log(`the earlier build is ${name}`);
  const earlier = [
    await environment.open(['start', 'worker'], { main }),
    await environment.open(['start', 'worker'], { main }),
  ];
  await Promise.all(earlier.map((supervised) => supervised.waitUntilRunning()));
  environment.sink.setDelay(80);
  await environment.startDigest(SUBSCRIBERS);
  await waitForAccepted(environment, 80);
  await earlier[0]?.stop();
  await environment.open(['start', 'worker']);
  await waitForAccepted(environment, 240);
  await earlier[1]?.remove();
  await environment.open(['start', 'worker']);
  const byEarlier = earlier.map(({ listenerIndex }) => environment.sink.accepted(listenerIndex));
  environment.log(`the earlier workers sent ${byEarlier.join(' and ')}`);
  return drainAndCheck(environment);
}
