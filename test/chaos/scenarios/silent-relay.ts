import { addressOf } from '../settings.ts';
import { type Finding, type Stage, settleAndCheck } from '../stage/stage.ts';
import { type Scenario, withMore } from './scenario.ts';

/** The wait for the reply to the dot is 10 minutes (RFC 5321 §4.5.3.2.6); and one more. */
const LONGEST_MS = 11 * 60_000;

export const silentRelay: Scenario = {
  name: 'silent-relay',
  about: 'the reply to one dot never comes: the delivery is unknown within 11 minutes',
  inShort: [],
  isPatient: true,
  workers: 1,
  servers: async (stage: Stage): Promise<Finding> => {
    await stage.compose(20);
    const never = new Promise<never>(() => {});
    stage.sink.judgeBy(({ stage: where, recipient }) =>
      where === 'accepted' && recipient === addressOf(7) ? { wait: never } : null,
    );
    stage.sending.begin();
    await stage.sending.finish(LONGEST_MS);
    const finding = await settleAndCheck(stage, { swallowed: 1 });
    return withMore(finding, [
      finding.counts?.unknown === 1 ? null : `${finding.counts?.unknown} unknown, expected one`,
    ]);
  },
};
