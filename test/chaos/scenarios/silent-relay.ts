import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import { addressOf } from '../settings.ts';
import { addViolations, type Scenario } from './scenario.ts';

/** The wait for the reply to the dot is 10 minutes (RFC 5321 §4.5.3.2.6); and one more. */
const LONGEST_MS = 11 * 60_000;

export const silentRelay: Scenario = {
  name: 'silent-relay',
  about: 'the reply to one dot never comes: the delivery is unknown within 11 minutes',
  quickDeployments: [],
  runsInBackground: true,
  workers: 1,
  servers: async (environment: ChaosEnvironment): Promise<ScenarioResult> => {
    await environment.compose(20);
    const never = new Promise<never>(() => {});
    environment.sink.injectFaults(({ stage: where, recipient }) =>
      where === 'accepted' && recipient === addressOf(7) ? { wait: never } : null,
    );
    environment.sendCommand.start();
    await environment.sendCommand.waitUntilSent(LONGEST_MS);
    const finding = await drainAndCheck(environment, { swallowed: 1 });
    return addViolations(finding, [
      finding.counts?.unknown === 1 ? null : `${finding.counts?.unknown} unknown, expected one`,
    ]);
  },
};
