import { pause, until } from '../../processes/support/paperboy.ts';
import { addressOf } from '../settings.ts';
import type { SmtpFault } from '../smtp/faults.ts';
import { type Finding, type Stage, settleAndCheck } from '../stage/stage.ts';
import { type Scenario, withMore } from './scenario.ts';

const READERS = 120;
const OTHERS_WITHIN_MS = 10_000;
const NOBODY = addressOf(53);

export const slowRelay: Scenario = {
  name: 'slow-relay',
  about:
    'two replies come at one byte a second and one never: the others are mailed meanwhile, save one behind each, and only the last is unknown',
  inShort: ['servers'],
  workers: 1,
  servers: slowDown,
  embedded: slowDown,
};

async function slowDown(stage: Stage): Promise<Finding> {
  await stage.compose(READERS);
  let hangUp = () => {};
  const never = new Promise<never>((_resolve, reject) => {
    hangUp = () => reject(new Error('The sink hangs up.'));
  });
  never.catch(() => undefined);
  const slow: Record<string, SmtpFault> = {
    [addressOf(31)]: { everyMs: 1000 },
    [addressOf(42)]: { everyMs: 1000 },
    [NOBODY]: { wait: never },
  };
  stage.sink.judgeBy(({ stage: where, recipient }) =>
    where === 'accepted' ? slow[recipient ?? ''] : null,
  );
  // With PIPELINING the commands of one more mail went out behind each dot (RFC 2920): that one waits.
  const beside = READERS - Object.keys(slow).length;
  stage.sending.begin();
  await until(() => Object.keys(slow).some((email) => stage.sink.acceptances.has(email)));
  const beganAt = performance.now();
  const flowed = await until(() => stage.sink.accepted() >= beside, OTHERS_WITHIN_MS).then(
    () => true,
    () => false,
  );
  const others = stage.sink.accepted();
  const flowedMs = Math.round(performance.now() - beganAt);
  // It may be the one behind a slow one.
  if (flowed) await until(() => stage.sink.acceptances.has(NOBODY)).then(() => pause(1000));
  else await until(() => stage.sink.accepted() > others, 30_000).catch(() => undefined);
  hangUp();
  const finding = await settleAndCheck(stage, { swallowed: 1 });
  return {
    ...withMore(finding, [
      flowed
        ? null
        : `only ${others} of ${beside} were mailed within ${OTHERS_WITHIN_MS / 1000} s of a slow reply: it holds up the others`,
      finding.counts?.unknown === 1
        ? null
        : `${finding.counts?.unknown} deliveries are unknown, expected the one without a reply`,
    ]),
    facts: { others_mailed_beside_slow_ms: flowedMs },
  };
}
