import { pause, pollUntil } from '../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import { addressOf } from '../settings.ts';
import type { SmtpFault } from '../smtp/faults.ts';
import { addViolations, type Scenario } from './scenario.ts';

const SUBSCRIBERS = 120;
const OTHERS_WITHIN_MS = 10_000;
const SILENT_RECIPIENT = addressOf(53);

export const slowRelay: Scenario = {
  name: 'slow-relay',
  about:
    'two replies come at one byte a second and one never: the others are mailed meanwhile, save one behind each, and only the last is unknown',
  quickDeployments: ['servers'],
  workers: 1,
  servers: slowRelayDown,
  embedded: slowRelayDown,
};

async function slowRelayDown(environment: ChaosEnvironment): Promise<ScenarioResult> {
  await environment.compose(SUBSCRIBERS);
  let hangUp = () => {};
  const never = new Promise<never>((_resolve, reject) => {
    hangUp = () => reject(new Error('The sink hangs up.'));
  });
  never.catch(() => undefined);
  const slow: Record<string, SmtpFault> = {
    [addressOf(31)]: { everyMs: 1000 },
    [addressOf(42)]: { everyMs: 1000 },
    [SILENT_RECIPIENT]: { wait: never },
  };
  environment.sink.injectFaults(({ stage: where, recipient }) =>
    where === 'accepted' ? slow[recipient ?? ''] : null,
  );
  // With PIPELINING the commands of one more mail went out behind each dot (RFC 2920): that one waits.
  const otherCount = SUBSCRIBERS - Object.keys(slow).length;
  environment.sendCommand.start();
  await pollUntil(() => Object.keys(slow).some((email) => environment.sink.acceptances.has(email)));
  const beganAt = performance.now();
  const othersArrived = await pollUntil(
    () => environment.sink.accepted() >= otherCount,
    OTHERS_WITHIN_MS,
  ).then(
    () => true,
    () => false,
  );
  const others = environment.sink.accepted();
  const othersArrivedMs = Math.round(performance.now() - beganAt);
  // It may be the one behind a slow one.
  if (othersArrived)
    await pollUntil(() => environment.sink.acceptances.has(SILENT_RECIPIENT)).then(() =>
      pause(1000),
    );
  else await pollUntil(() => environment.sink.accepted() > others, 30_000).catch(() => undefined);
  hangUp();
  const finding = await drainAndCheck(environment, { swallowed: 1 });
  return {
    ...addViolations(finding, [
      othersArrived
        ? null
        : `only ${others} of ${otherCount} were mailed within ${OTHERS_WITHIN_MS / 1000} s of a slow reply: it holds up the others`,
      finding.counts?.unknown === 1
        ? null
        : `${finding.counts?.unknown} deliveries are unknown, expected the one without a reply`,
    ]),
    facts: { others_mailed_beside_slow_ms: othersArrivedMs },
  };
}
