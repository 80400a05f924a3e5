import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause, pollUntil, runPaperboyOk } from '../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  checkEnvironment,
  createSendCommand,
  drainAndCheck,
  readDigestStatus,
  type ScenarioResult,
} from '../environment/environment.ts';
import { MAX_IN_FLIGHT } from '../settings.ts';
import { addViolations, type Scenario, waitForAccepted } from './scenario.ts';

const HOUR_S = 3600;

/** Jumps forward among those below: to two hours ahead, and back from one hour behind. */
const JUMPS_AHEAD = 2;

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  about: 'the wall clock jumps two hours ahead and three back while a digest is sent',
  movesClock: true,
  servers: jumpWhileSending,
  embedded: jumpWhileSending,
};

async function jumpWhileSending(environment: ChaosEnvironment): Promise<ScenarioResult> {
  await environment.compose(400);
  environment.sink.setDelay(40);
  environment.sendCommand.start();
  for (const [accepted, hours] of [
    [40, 2],
    [120, -1],
    [200, 0],
  ] as const) {
    // With the clock behind, nothing may be due: then no mail is sent.
    await Promise.race([
      waitForAccepted(environment, accepted),
      pause(15_000, null, { ref: false }),
    ]);
    await environment.moveClock(hours * HOUR_S);
    environment.log(`the clock is ${hours} h ahead (${environment.sink.accepted()} accepted)`);
  }
  // The embedded database uses the clock that jumps. After a jump forward the lease looks expired.
  const allowedUnknown = environment.deployment === 'embedded' ? JUMPS_AHEAD * MAX_IN_FLIGHT : 0;
  return drainAndCheck(environment, { allowedUnknown });
}

export const schedulers: Scenario = {
  name: 'schedulers',
  about:
    'two schedulers run, both are killed, and the clock jumps past the hour of composing and back: one digest a day, one mail for each subscriber',
  movesClock: true,
  workers: 1,
  servers: async (environment): Promise<ScenarioResult> => {
    const now = new Date();
    const today = now.toISOString().slice(0, 10);
    const composeAt = new Date(now.getTime() + HOUR_S * 1000).toISOString().slice(11, 16);
    const papers = [{ title: 'Of today', abstract: 'A paper.', listed_on: today }];
    await writeFile(
      join(environment.commandEnvironment.cwd, 'papers.json'),
      JSON.stringify(papers),
    );
    await runPaperboyOk('papers import papers.json', environment.commandEnvironment);
    await environment.withDatabase((queries) => queries.addSubscribers(200));

    const env = { COMPOSE_AT: composeAt };
    const both = [0, 1].map(() => environment.open(['start', 'scheduler'], env));
    await Promise.all(both.map((supervised) => supervised.waitUntilRunning()));
    const digests = () => environment.withDatabase((queries) => queries.digests());
    // Jumps past the hour of composing: a restarted scheduler composes the digest that it missed.
    for (const hours of [1.02, -1, 1.05]) {
      await environment.moveClock(hours * HOUR_S);
      for (const supervised of both) {
        await supervised.waitUntilRunning();
        supervised.kill();
      }
      await Promise.all(both.map((supervised) => supervised.waitUntilRunning()));
      await pollUntil(async () => (await digests()).length > 0, 20_000).catch(() => undefined);
    }
    await pause(1000);
    const composed = await digests();
    environment.log(
      `composed: ${composed.map(({ date, audience }) => `${date} for ${audience}`).join('; ')}`,
    );
    const [digest] = composed;
    if (!digest) return { counts: null, violations: ['no scheduler composed the digest'] };
    const sendCommand = createSendCommand(environment.commandEnvironment, {
      date: digest.date,
      waitUntilReady: async () => undefined,
    });
    sendCommand.start();
    await sendCommand.waitUntilSent();
    return addViolations(
      await checkEnvironment(environment, await readDigestStatus(environment, digest.date)),
      [
        composed.length === 1 ? null : `${composed.length} digests were composed, expected one`,
        digest.audience === 200
          ? null
          : `the digest has ${digest.audience} subscribers, expected 200`,
      ],
    );
  },
};
