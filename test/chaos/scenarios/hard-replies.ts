import { runWell } from '../../processes/support/paperboy.ts';
import { settleAndCheck, statusOf } from '../stage/stage.ts';
import { type Scenario, withMore } from './scenario.ts';

const READERS = 600;

export const hardReplies: Scenario = {
  name: 'hard-replies',
  about:
    'a third of the replies say 550 5.1.1: the digest pauses, nobody is suppressed; resumed, the rest is sent',
  servers: async (stage) => {
    await stage.compose(READERS);
    stage.sink.judgeBy(({ stage: where, recipient }) =>
      where === 'RCPT' && /[369]@/.test(recipient ?? '')
        ? { reply: '550 5.1.1 No such user' }
        : null,
    );
    stage.sending.begin();
    // It says so when the digest is paused; the states show whether it is.
    await stage.sending.finish(60_000).catch(() => undefined);
    stage.sending.leave();
    const { states } = await statusOf(stage);
    const suppressed = await stage.withLedger((ledger) => ledger.suppressed());
    stage.sink.judgeBy(null);
    const resumed = await runWell('digest resume', stage.place).then(
      () => true,
      () => false,
    );
    return withMore(await settleAndCheck(stage), [
      (states.pending ?? 0) > 0 ? null : 'the digest did not pause: all of it was tried',
      suppressed === 0 ? null : `${suppressed} addresses were suppressed, the fault was ours`,
      resumed ? null : '“digest resume” failed',
    ]);
  },
};
