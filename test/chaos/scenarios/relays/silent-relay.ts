import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
  waitUntilEnded,
} from '../../environment/environment.ts';
import { addressOf } from '../../settings.ts';
import type { Scenario } from '../scenario.ts';

/** The timeout of the reply to the final dot is 10 minutes (RFC 5321 §4.5.3.2.6), and one more. */
const TIMEOUT_MS = 11 * 60_000;

const SILENT_RECIPIENT = addressOf(7);

export const silentRelay: Scenario = {
  name: 'silent-relay',
  about: 'the reply to one final dot never comes: the delivery is unknown within 11 minutes',
  quickDeployments: [],
  runsInBackground: true,
  workers: 1,
  servers: async (environment: ChaosEnvironment): Promise<ScenarioResult> => {
    const never = new Promise<never>(() => {});
    environment.sink.injectFaults(({ stage, recipient }) =>
      stage === 'accepted' && recipient === SILENT_RECIPIENT ? { wait: never } : null,
    );
    await environment.startDigest(20);
    await waitUntilEnded(environment, { timeoutMs: TIMEOUT_MS });
    return drainAndCheck(environment, {
      expect: ({ email }) => (email === SILENT_RECIPIENT ? { states: ['unknown'] } : {}),
    });
  },
};
