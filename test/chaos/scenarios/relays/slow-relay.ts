import { pause, pollUntil } from '../../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../../environment/environment.ts';
import { waitUntil } from '../../environment/waits.ts';
import { addressOf } from '../../settings.ts';
import type { SmtpFault } from '../../smtp/faults.ts';
import { addLate, type Scenario } from '../scenario.ts';

const SUBSCRIBERS = 120;
/** The slow replies take longer, 20 bytes at one each two seconds. */
const OTHERS_WITHIN_MS = 35_000;
const SLOW: SmtpFault = { everyMs: 2000 };
const SILENT_RECIPIENT = addressOf(53);

export const slowRelay: Scenario = {
  name: 'slow-relay',
  about:
    'two replies come at one byte in two seconds and one never: the others are mailed at the same time, except one behind each, and only the last is unknown',
  quickDeployments: ['servers'],
  workers: 1,
  servers: slowRelayDown,
  embedded: slowRelayDown,
};

async function slowRelayDown(environment: ChaosEnvironment): Promise<ScenarioResult> {
  let closeConnection = () => {};
  const never = new Promise<never>((_resolve, reject) => {
    closeConnection = () => reject(new Error('The server closes the connection.'));
  });
  never.catch(() => undefined);
  const slow: Record<string, SmtpFault> = {
    [addressOf(31)]: SLOW,
    [addressOf(42)]: SLOW,
    [SILENT_RECIPIENT]: { wait: never },
  };
  environment.sink.injectFaults(({ stage, recipient }) =>
    stage === 'accepted' ? slow[recipient ?? ''] : null,
  );
  // With PIPELINING the next mail's commands follow each dot at once (RFC 2920): that mail waits.
  const otherCount = SUBSCRIBERS - Object.keys(slow).length;
  await environment.startDigest(SUBSCRIBERS);
  await waitUntil('a slow reply began', () =>
    Object.keys(slow).some((email) => environment.sink.acceptances.has(email)),
  );
  const startedAt = performance.now();
  const othersArrived = await pollUntil(
    () => environment.sink.accepted() >= otherCount,
    OTHERS_WITHIN_MS,
  ).then(
    () => true,
    () => false,
  );
  const others = environment.sink.accepted();
  const othersArrivedMs = Math.round(performance.now() - startedAt);
  // The silent one may be pipelined behind a slow one.
  if (othersArrived) {
    await waitUntil('the silent one was accepted', () =>
      environment.sink.acceptances.has(SILENT_RECIPIENT),
    );
    await pause(1000);
  } else await pollUntil(() => environment.sink.accepted() > others, 30_000).catch(() => undefined);
  closeConnection();
  const result = await drainAndCheck(environment, {
    expect: ({ email }) => (email === SILENT_RECIPIENT ? { states: ['unknown'] } : {}),
  });
  return {
    ...addLate(result, [
      othersArrived
        ? null
        : `only ${others} of ${otherCount} were mailed within ${OTHERS_WITHIN_MS / 1000} s of a slow reply: it holds up the others`,
    ]),
    facts: { others_mailed_beside_slow_ms: othersArrivedMs },
  };
}
