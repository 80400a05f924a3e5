import { pause, until } from '../../processes/support/paperboy.ts';
import { MOST_IN_FLIGHT, RECOVER_WITHIN_S, STOP_WITHIN_S } from '../settings.ts';
import { type Finding, type Stage, settleAndCheck } from '../stage/stage.ts';
import { mailed, type Scenario, withMore } from './scenario.ts';

export const terminate: Scenario = {
  name: 'terminate',
  about: `SIGTERM in mid-send: ended within ${STOP_WITHIN_S} s, nothing unknown, the rest pending or sent`,
  inShort: ['servers'],
  workers: 1,
  servers: terminateInMidSend,
  embedded: terminateInMidSend,
};

async function terminateInMidSend(stage: Stage): Promise<Finding> {
  await stage.compose(300);
  stage.sink.setDelay(200);
  stage.sending.begin();
  await mailed(stage, stage.random.between(20, 60));
  const stopped = await stage.slots[0]?.stop();
  stage.sending.leave();
  const { ms = 0, code = null } = stopped ?? {};
  stage.say(`ended ${ms} ms after SIGTERM, with ${code} (${stage.sink.accepted()} accepted)`);
  const rows = await stage.withLedger((ledger) => ledger.deliveries());
  const left = rows.filter(({ state }) => state !== 'pending' && state !== 'sent');
  const sent = rows.filter(({ state }) => state === 'sent').length;
  return {
    counts: null,
    facts: { stop_ms: ms },
    violations: [
      code === 0 ? null : `it ended with ${code}`,
      ms <= STOP_WITHIN_S * 1000 ? null : `it ended after ${ms} ms, ${STOP_WITHIN_S} s are stated`,
      sent === stage.sink.accepted()
        ? null
        : `${sent} are recorded as sent, ${stage.sink.accepted()} were accepted`,
      left.length === 0
        ? null
        : `${left.length} are neither pending nor sent: ${left.map(({ subscriberId, state }) => `${subscriberId} (${state})`)}`,
    ].filter((line) => line !== null),
  };
}

export const recovery: Scenario = {
  name: 'recovery',
  about: `a worker is killed and never comes back: its readers are mailed by another within ${RECOVER_WITHIN_S} s`,
  isPatient: true,
  servers: async (stage): Promise<Finding> => {
    stage.keepLeases();
    // In real life the scheduler rings, and nobody types a command.
    const scheduler = stage.open(['start', 'scheduler']);
    await scheduler.up();
    await stage.compose(600);
    stage.sink.setDelay(100);
    stage.sending.begin();
    await mailed(stage, 60);
    stage.sending.leave();
    const [victim] = stage.slots;
    await victim?.remove();
    const killedAt = performance.now();
    const finalists = 600 - MOST_IN_FLIGHT;
    stage.sink.setDelay(0);
    await until(() => stage.sink.accepted() >= finalists, 150_000).catch(() => undefined);
    // The last ones may be unknown; what still comes is waited for a little.
    let last = stage.sink.accepted();
    let lastAt = performance.now();
    while (performance.now() - lastAt < 3000) {
      await pause(50);
      if (stage.sink.accepted() > last) {
        last = stage.sink.accepted();
        lastAt = performance.now();
      }
    }
    const seconds = Math.round((lastAt - killedAt) / 1000);
    stage.say(`the readers of the dead worker were mailed after ${seconds} s`);
    stage.sendingAtKills.push(0);
    const finding = await settleAndCheck(stage);
    return {
      ...withMore(finding, [
        seconds <= RECOVER_WITHIN_S
          ? null
          : `the readers of a dead worker were mailed after ${seconds} s, ${RECOVER_WITHIN_S} s are promised`,
      ]),
      facts: { recovery_seconds: seconds },
    };
  },
};
