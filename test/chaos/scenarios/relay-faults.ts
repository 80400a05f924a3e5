import type { DeliveryState } from '../../../src/domain/delivery.ts';
import type { DeliveryRow } from '../check.ts';
import { addressOf } from '../settings.ts';
import type { SmtpFault, SmtpStage } from '../smtp/faults.ts';
import { type Finding, type Stage, settleAndCheck } from '../stage/stage.ts';
import { type Scenario, withMore } from './scenario.ts';

/** A fault that one reader's mail meets, and what the ledger must say then. */
interface RelayFault {
  name: string;
  stage: SmtpStage;
  fault: SmtpFault;
  states: readonly DeliveryState[];
  suppresses?: true;
}

const STAGES = ['MAIL', 'RCPT', 'DATA', 'dot'] as const;
const FOR_NOW = ['421 4.3.2', '451 4.7.1', '452 4.2.2'];
const FOR_GOOD = ['550 5.7.1', '552 5.3.4', '554 5.7.1'];

/** The codes that blame the address, and two that sound like it. */
const GONE = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'];
const NOT_GONE = ['5.1.7', '5.1.8'];

const FAULTS: readonly RelayFault[] = [
  ...STAGES.flatMap((stage) => [
    ...FOR_NOW.map((code) => replies(stage, code, 'deferred')),
    ...FOR_GOOD.map((code) => replies(stage, code, 'failed')),
  ]),
  ...GONE.map((code) => ({
    ...replies('RCPT', `550 ${code}`, 'failed'),
    suppresses: true as const,
  })),
  ...NOT_GONE.map((code) => replies('RCPT', `550 ${code}`, 'failed')),
  drops('RCPT', 'deferred'),
  drops('DATA', 'deferred'),
  { name: 'drop after 354', stage: 'DATA', fault: { thenDrop: 'now' }, states: ['deferred'] },
  // Whether the dot was still in the client's hands or in the kernel's is a matter of microseconds.
  drops('body', 'deferred', 'unknown'),
  drops('dot', 'unknown'),
  drops('accepted', 'unknown'),
  { name: 'close after 250', stage: 'accepted', fault: { thenDrop: 'gently' }, states: ['sent'] },
];

/** Every how many readers one meets a fault: prime to the hours, zones and domains of the readers, so
 *  that the faults come evenly over the batches. 200 replies hold seven of them, or eight out of order:
 *  too few hard ones for the digest to pause, which is at 5 %. */
const STEP = 29;

const READERS = STEP * FAULTS.length;

/** Minutes until the second try, in s: 5 ± 20 % (MAIL.md §5.8). */
const RETRY_IN_S = [240, 360] as const;

export const relayFaults: Scenario = {
  name: 'relay-faults',
  about:
    'the relay drops or says 421, 451, 452, 550, 552, 554 at MAIL, RCPT, DATA, dot; states and suppressions are exact',
  servers: breakRelay,
  embedded: breakRelay,
};

async function breakRelay(stage: Stage): Promise<Finding> {
  await stage.compose(READERS);
  const byReader = assign();
  const atMail = FAULTS.filter((fault) => fault.stage === 'MAIL');
  let mails = 0;
  stage.sink.judgeBy(({ stage: where, recipient }) => {
    if (where === 'MAIL') {
      // The reader is not known yet: the words of the reply lead to the delivery.
      mails += 1;
      return mails % GAP === 0 ? (atMail.shift()?.fault ?? null) : null;
    }
    const met = recipient === null ? undefined : byReader.get(recipient);
    return met?.stage === where ? met.fault : null;
  });
  stage.sending.begin();
  await stage.sending.finish();

  const { mismatches, unknown } = await stage.withLedger(async (ledger) => {
    const audience = await ledger.audience();
    const rows = await ledger.deliveries();
    const emailOf = (row: DeliveryRow) => audience.get(row.subscriberId) ?? '';
    const rowOf = (fault: RelayFault) =>
      fault.stage === 'MAIL'
        ? rows.find(({ reply }) => reply?.includes(`chaos ${fault.name}`))
        : rows.find((row) => byReader.get(emailOf(row)) === fault);
    const expectedSuppressions = FAULTS.filter(({ suppresses }) => suppresses).length;
    const suppressed = await ledger.suppressed();
    return {
      unknown: rows.filter(({ state }) => state === 'unknown').length,
      mismatches: [
        ...FAULTS.flatMap((fault) => mismatch(fault, rowOf(fault))),
        ...(suppressed === expectedSuppressions
          ? []
          : [`${suppressed} addresses are suppressed, expected ${expectedSuppressions}`]),
      ],
    };
  });
  return withMore(await settleAndCheck(stage, { swallowed: unknown }), mismatches);
}

function mismatch(fault: RelayFault, row: DeliveryRow | undefined): string[] {
  if (!row) return isOfConnection(fault) ? [] : [`${fault.name}: no delivery has met it`];
  // A refusal at MAIL hits whoever comes: it may have hit one that was to meet something else.
  if (fault.stage !== 'MAIL' && row.reply?.endsWith('at MAIL')) return [];
  const { subscriberId, state, retryInS } = row;
  if (!fault.states.includes(state)) {
    const why = row.detail ?? row.reply ?? '';
    return [
      `${fault.name}: delivery ${subscriberId} is ${state}, expected ${fault.states.join(' or ')} (${why})`,
    ];
  }
  const [least, most] = RETRY_IN_S;
  const isLate = state === 'deferred' && (retryInS < least || retryInS > most);
  return isLate ? [`${fault.name}: delivery ${subscriberId} is tried again in ${retryInS} s`] : [];
}

/** 421 before a reader was named ends the connection: the mail may go out on another at once. */
function isOfConnection({ stage, name }: RelayFault): boolean {
  return stage === 'MAIL' && name.startsWith('421');
}

/** Every which MAIL meets one. */
const GAP = 31;

/** Spreads the faults over the readers. */
function assign(): Map<string, RelayFault> {
  const known = FAULTS.filter(({ stage }) => stage !== 'MAIL');
  return new Map(known.map((fault, n) => [addressOf(n * STEP), fault]));
}

function replies(stage: SmtpStage, code: string, state: DeliveryState): RelayFault {
  const name = `${code} at ${stage}`;
  return { name, stage, fault: { reply: `${code} chaos ${name}` }, states: [state] };
}

function drops(stage: SmtpStage, ...states: DeliveryState[]): RelayFault {
  return { name: `drop at ${stage}`, stage, fault: { drop: true }, states };
}
