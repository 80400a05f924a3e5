import { pause } from '../../processes/support/paperboy.ts';
import { settleAndCheck } from '../stage/stage.ts';
import { mailed, type Scenario } from './scenario.ts';

/** Longer than a lease lives, in ms. */
const BEYOND_MS = 50_000;

export const standstill: Scenario = {
  name: 'standstill',
  about:
    'a worker stands still (SIGSTOP) beyond its lease and goes on (SIGCONT): the fence turns its writes away',
  servers: async (stage, { isLong }) => {
    await stage.compose(600);
    stage.sink.setDelay(60);
    stage.sending.begin();
    await mailed(stage, stage.random.between(30, 100));
    const [worker] = stage.slots;
    const pid = (await worker?.up()) ?? 0;
    worker?.signal('SIGSTOP');
    await pause(30);
    // What was sending then becomes unknown, as if it had been killed.
    stage.sendingAtKills.push(await stage.withLedger((ledger) => ledger.sendingOf(pid)));
    if (isLong) await pause(BEYOND_MS);
    else await stage.withLedger((ledger) => ledger.ageLease(pid));
    stage.sending.again();
    await mailed(stage, 300);
    stage.say(`the worker goes on (${stage.sink.accepted()} accepted)`);
    worker?.signal('SIGCONT');
    return settleAndCheck(stage);
  },
};
