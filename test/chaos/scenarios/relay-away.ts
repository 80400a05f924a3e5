import type { SmtpFault, SmtpStage } from '../smtp/faults.ts';
import { type Finding, type Stage, settleAndCheck } from '../stage/stage.ts';
import { type Scenario, type Sizes, withMore } from './scenario.ts';

type Phase = readonly [SmtpStage, SmtpFault];

/** What says nothing about a reader: each time all wait, and nobody is failed, unknown or suppressed. */
const PHASES: readonly Phase[] = [
  ['greeting', { reply: '421 4.3.2 Closing' }],
  ['EHLO', { drop: true }],
  ['MAIL', { drop: true }],
  ['greeting', { drop: true }],
  ['greeting', { reply: '554 5.7.1 Go away' }],
  ['EHLO', { reply: '421 4.3.2 Closing' }],
  ['EHLO', { reply: '550 5.7.1 Go away' }],
  ['MAIL', { reply: '421 4.3.2 Closing' }],
];

const READERS = 25;

/** How long the relay is away each time, in ms. */
const PHASE_MS = 5000;

/** Phases of the short form, where each costs its time; on the embedded pair a stop and a start too. */
const FEW = { servers: 5, embedded: 3 };

/** In flight, too: a mail that is marked waits for a connection until the circuit opens. */
const MAY_BE: readonly string[] = ['pending', 'deferred', 'claimed', 'sending'];

export const relayAway: Scenario = {
  name: 'relay-away',
  about:
    'every connection is dropped or refused at the greeting, EHLO or MAIL; all is sent when the relay is back',
  inShort: ['servers'],
  servers: goAway,
  embedded: goAway,
};

async function goAway(stage: Stage, { isLong }: Sizes): Promise<Finding> {
  await stage.compose(READERS);
  const mismatches: string[] = [];
  const phases = isLong ? PHASES : PHASES.slice(0, FEW[stage.pair]);
  for (const [where, fault] of phases) {
    stage.sink.judgeBy((moment) => (moment.stage === where ? fault : null));
    // One that was greeted before would take mail all the same.
    stage.sink.hangUp();
    stage.sending.again();
    // A sender that keeps what is due to itself until the relay is back does right too.
    await stage.sending.finish(PHASE_MS).catch(() => undefined);
    stage.sending.leave();
    const name = `${'drop' in fault ? 'drop' : 'refusal'} at ${where}`;
    stage.say(name);
    mismatches.push(
      ...(await stage.withLedger(async (ledger) => {
        const rows = await ledger.deliveries();
        await ledger.hurryDeferred();
        return rows
          .filter(({ state }) => !MAY_BE.includes(state))
          .map(
            ({ subscriberId, state, detail, reply }) =>
              `${name}: delivery ${subscriberId} is ${state} (${detail ?? reply})`,
          )
          .slice(0, 3);
      })),
    );
  }
  return withMore(await settleAndCheck(stage), mismatches);
}
