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

/** A fault for the mail of one subscriber, and the states that its delivery may end in. */
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

/** Codes that mean an unknown mailbox, and two similar ones that do not. */
const UNKNOWN_MAILBOX_CODES = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'];
const OTHER_ADDRESS_CODES = ['5.1.7', '5.1.8'];

const FAULTS: readonly RelayFault[] = [
  ...STAGES.flatMap((stage) => [
    ...TRANSIENT_REPLIES.map((code) => buildReplyFault(stage, code, 'deferred')),
    ...PERMANENT_REPLIES.map((code) => buildReplyFault(stage, code, 'failed')),
  ]),
  ...UNKNOWN_MAILBOX_CODES.map((code) => ({
    ...buildReplyFault('RCPT', `550 ${code}`, 'failed'),
    suppresses: true as const,
  })),
  ...OTHER_ADDRESS_CODES.map((code) => buildReplyFault('RCPT', `550 ${code}`, 'failed')),
  buildDropFault('RCPT', 'deferred'),
  buildDropFault('DATA', 'deferred'),
  { name: 'drop after 354', stage: 'DATA', fault: { thenDrop: 'now' }, states: ['deferred'] },
  // It is a race whether the client had already passed the final dot to the kernel.
  buildDropFault('body', 'deferred', 'unknown'),
  buildDropFault('dot', 'unknown'),
  buildDropFault('accepted', 'unknown'),
  { name: 'close after 250', stage: 'accepted', fault: { thenDrop: 'gently' }, states: ['sent'] },
];

/**
 * One subscriber in this many gets a fault. It is coprime to the number of hours, zones and
 * domains, so that the faults spread evenly over the batches. 200 replies hold seven or eight of
 * them, too few hard bounces to pause the digest, which takes 5 %.
 */
const FAULT_INTERVAL = 29;

const SUBSCRIBERS = FAULT_INTERVAL * FAULTS.length;

/** Delay before the second attempt, in s: 5 minutes ± 20 %. */
const RETRY_IN_S = [240, 360] as const;

export const relayFaults: Scenario = {
  name: 'relay-faults',
  about:
    'the relay drops or replies 421, 451, 452, 550, 552, 554 at MAIL, RCPT, DATA, dot; states and suppressions are exact',
  servers: injectRelayFaults,
  embedded: injectRelayFaults,
};

async function injectRelayFaults(environment: ChaosEnvironment): Promise<ScenarioResult> {
  await environment.compose(SUBSCRIBERS);
  const faultByAddress = assignFaults();
  const atMail = FAULTS.filter((fault) => fault.stage === 'MAIL');
  let mails = 0;
  environment.sink.injectFaults(({ stage, recipient }) => {
    if (stage === 'MAIL') {
      // The recipient is still unknown. The text of the reply identifies the delivery later.
      mails += 1;
      return mails % MAIL_FAULT_INTERVAL === 0 ? (atMail.shift()?.fault ?? null) : null;
    }
    const fault = recipient === null ? undefined : faultByAddress.get(recipient);
    return fault?.stage === stage ? fault.fault : null;
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
        : rows.find((row) => faultByAddress.get(emailOf(row)) === fault);
    const expectedSuppressions = FAULTS.filter(({ suppresses }) => suppresses).length;
    const suppressed = await queries.countSuppressed();
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
  return addViolations(await drainAndCheck(environment, { allowedUnknown: unknown }), mismatches);
}

function mismatch(fault: RelayFault, row: FinalDelivery | undefined): string[] {
  if (!row) return isOfConnection(fault) ? [] : [`${fault.name}: no delivery got it`];
  // A refusal at MAIL hits any subscriber, perhaps one who was to get another fault.
  if (fault.stage !== 'MAIL' && row.reply?.endsWith('at MAIL')) return [];
  const { subscriberId, state, retryDelaySeconds } = row;
  if (!fault.states.includes(state)) {
    const why = row.detail ?? row.reply ?? '';
    return [
      `${fault.name}: delivery ${subscriberId} is ${state}, expected ${fault.states.join(' or ')} (${why})`,
    ];
  }
  const [least, most] = RETRY_IN_S;
  const isLate = state === 'deferred' && (retryDelaySeconds < least || retryDelaySeconds > most);
  return isLate
    ? [`${fault.name}: delivery ${subscriberId} is retried in ${retryDelaySeconds} s`]
    : [];
}

/** 421 before RCPT ends the connection: the mail may be sent at once on another connection. */
function isOfConnection({ stage, name }: RelayFault): boolean {
  return stage === 'MAIL' && name.startsWith('421');
}

/** One MAIL command in this many gets a fault. */
const MAIL_FAULT_INTERVAL = 31;

/** Spreads the faults over the subscribers. */
function assignFaults(): Map<string, RelayFault> {
  const known = FAULTS.filter(({ stage }) => stage !== 'MAIL');
  return new Map(known.map((fault, n) => [addressOf(n * FAULT_INTERVAL), fault]));
}

function buildReplyFault(stage: SmtpStage, code: string, state: DeliveryState): RelayFault {
  const name = `${code} at ${stage}`;
  return { name, stage, fault: { reply: `${code} chaos ${name}` }, states: [state] };
}

function buildDropFault(stage: SmtpStage, ...states: DeliveryState[]): RelayFault {
  return { name: `drop at ${stage}`, stage, fault: { drop: true }, states };
}
