import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import { addressOf } from '../settings.ts';
import { addViolations, type Scenario } from './scenario.ts';

/** The timeout of the reply to the final dot is 10 minutes (RFC 5321 §4.5.3.2.6), and one more. */
const TIMEOUT_MS = 11 * 60_000;

export const silentRelay: Scenario = {
  name: 'silent-relay',
  about: 'the reply to one final dot never comes: the delivery is unknown within 11 minutes',
  quickDeployments: [],
  runsInBackground: true,
  workers: 1,
  servers: async (environment: ChaosEnvironment): Promise<ScenarioResult> => {
    await environment.compose(20);
    const never = new Promise<never>(() => {});
    environment.sink.injectFaults(({ stage, recipient }) =>
      stage === 'accepted' && recipient === addressOf(7) ? { wait: never } : null,
    );
    environment.sendCommand.start();
    await environment.sendCommand.waitUntilSent(TIMEOUT_MS);
    const result = await drainAndCheck(environment, { allowedUnknown: 1 });
    return addViolations(result, [
      result.counts?.unknown === 1 ? null : `${result.counts?.unknown} unknown, expected one`,
    ]);
  },
};
