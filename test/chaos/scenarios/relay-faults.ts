import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { FinalDelivery } from '../check-invariants.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import { addressOf } from '../settings.ts';
import type { SmtpFault, SmtpStage } from '../smtp/faults.ts';
import { addViolations, type Scenario } from './scenario.ts';

/** A fault that one reader's mail meets, and what the ledger must say then. */
interface RelayFault {
  name: string;
  stage: SmtpStage;
  fault: SmtpFault;
  states: readonly DeliveryState[];
  suppresses?: true;
}

const STAGES = ['MAIL', 'RCPT', 'DATA', 'dot'] as const;
const TRANSIENT_REPLIES = ['421 4.3.2', '451 4.7.1', '452 4.2.2'];
const PERMANENT_REPLIES = ['550 5.7.1', '552 5.3.4', '554 5.7.1'];

/** The codes that blame the address, and two that sound like it. */
const UNKNOWN_MAILBOX_CODES = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'];
const OTHER_ADDRESS_CODES = ['5.1.7', '5.1.8'];

const FAULTS: readonly RelayFault[] = [
  ...STAGES.flatMap((environment) => [
    ...TRANSIENT_REPLIES.map((code) => buildReplyFault(environment, code, 'deferred')),
    ...PERMANENT_REPLIES.map((code) => buildReplyFault(environment, code, 'failed')),
  ]),
  ...UNKNOWN_MAILBOX_CODES.map((code) => ({
    ...buildReplyFault('RCPT', `550 ${code}`, 'failed'),
    suppresses: true as const,
  })),
  ...OTHER_ADDRESS_CODES.map((code) => buildReplyFault('RCPT', `550 ${code}`, 'failed')),
  buildDropFault('RCPT', 'deferred'),
  buildDropFault('DATA', 'deferred'),
  { name: 'drop after 354', stage: 'DATA', fault: { thenDrop: 'now' }, states: ['deferred'] },
  // Whether the dot was still in the client's hands or in the kernel's is a matter of microseconds.
  buildDropFault('body', 'deferred', 'unknown'),
  buildDropFault('dot', 'unknown'),
  buildDropFault('accepted', 'unknown'),
  { name: 'close after 250', stage: 'accepted', fault: { thenDrop: 'gently' }, states: ['sent'] },
];

/** Every how many readers one meets a fault: prime to the hours, zones and domains of the readers, so
 *  that the faults come evenly over the batches. 200 replies hold seven of them, or eight out of order:
 *  too few hard ones for the digest to pause, which is at 5 %. */
const FAULT_INTERVAL = 29;

const SUBSCRIBERS = FAULT_INTERVAL * FAULTS.length;

/** Delay before the second attempt, in s: 5 minutes ± 20 %. */
const RETRY_IN_S = [240, 360] as const;

export const relayFaults: Scenario = {
  name: 'relay-faults',
  about:
    'the relay drops or says 421, 451, 452, 550, 552, 554 at MAIL, RCPT, DATA, dot; states and suppressions are exact',
  servers: injectRelayFaults,
  embedded: injectRelayFaults,
};

async function injectRelayFaults(environment: ChaosEnvironment): Promise<ScenarioResult> {
  await environment.compose(SUBSCRIBERS);
  const byReader = assign();
  const atMail = FAULTS.filter((fault) => fault.stage === 'MAIL');
  let mails = 0;
  environment.sink.injectFaults(({ stage: where, recipient }) => {
    if (where === 'MAIL') {
      // The reader is not known yet: the words of the reply lead to the delivery.
      mails += 1;
      return mails % MAIL_FAULT_INTERVAL === 0 ? (atMail.shift()?.fault ?? null) : null;
    }
    const fault = recipient === null ? undefined : byReader.get(recipient);
    return fault?.stage === where ? fault.fault : null;
  });
  environment.sendCommand.start();
  await environment.sendCommand.waitUntilSent();

  const { mismatches, unknown } = await environment.withDatabase(async (queries) => {
    const audience = await queries.audience();
    const rows = await queries.deliveries();
    const emailOf = (row: FinalDelivery) => audience.get(row.subscriberId) ?? '';
    const rowOf = (fault: RelayFault) =>
      fault.stage === 'MAIL'
        ? rows.find(({ reply }) => reply?.includes(`chaos ${fault.name}`))
        : rows.find((row) => byReader.get(emailOf(row)) === fault);
    const expectedSuppressions = FAULTS.filter(({ suppresses }) => suppresses).length;
    const suppressed = await queries.suppressed();
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
  return addViolations(await drainAndCheck(environment, { swallowed: unknown }), mismatches);
}

function mismatch(fault: RelayFault, row: FinalDelivery | undefined): string[] {
  if (!row) return isOfConnection(fault) ? [] : [`${fault.name}: no delivery has met it`];
  // A refusal at MAIL hits whoever comes: it may have hit one that was to meet something else.
  if (fault.stage !== 'MAIL' && row.reply?.endsWith('at MAIL')) return [];
  const { subscriberId, state, retryDelaySeconds: retryInS } = row;
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
function isOfConnection({ stage: environment, name }: RelayFault): boolean {
  return environment === 'MAIL' && name.startsWith('421');
}

/** Every which MAIL meets one. */
const MAIL_FAULT_INTERVAL = 31;

/** Spreads the faults over the readers. */
function assign(): Map<string, RelayFault> {
  const known = FAULTS.filter(({ stage: environment }) => environment !== 'MAIL');
  return new Map(known.map((fault, n) => [addressOf(n * FAULT_INTERVAL), fault]));
}

function buildReplyFault(environment: SmtpStage, code: string, state: DeliveryState): RelayFault {
  const name = `${code} at ${environment}`;
  return { name, stage: environment, fault: { reply: `${code} chaos ${name}` }, states: [state] };
}

function buildDropFault(environment: SmtpStage, ...states: DeliveryState[]): RelayFault {
  return { name: `drop at ${environment}`, stage: environment, fault: { drop: true }, states };
}
