import type { DeliveryState } from '../../../../src/domain/deliveries/delivery.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
  waitUntilEnded,
} from '../../environment/environment.ts';
import type { ChaosQueries } from '../../environment/queries.ts';
import { isTimeoutError, waitUntil } from '../../environment/waits.ts';
import { addressOf, RETRY_TIMEOUT_MS } from '../../settings.ts';
import type { SmtpFault, SmtpStage } from '../../smtp/faults.ts';
import { addViolations, type Scenario, type ScenarioSize } from '../scenario.ts';

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

async function injectRelayFaults(
  environment: ChaosEnvironment,
  { isLong }: ScenarioSize,
): Promise<ScenarioResult> {
  const { sink } = environment;
  const faultByAddress = assignFaults();
  const atMail = FAULTS.filter((fault) => fault.stage === 'MAIL');
  const injected = new Set<RelayFault>();
  let mails = 0;
  const pickMailFault = () => {
    mails += 1;
    return mails % MAIL_FAULT_INTERVAL === 0 ? atMail.shift() : undefined;
  };
  /** The fault at MAIL that ended the last attempt of a mail: it hits whoever comes next. One of
   *  the connection is no attempt. */
  const mailFaultOf = (email: string): RelayFault | undefined => {
    const last = sink.transactions.findLast(({ recipient }) => recipient === email);
    return FAULTS.find(
      (fault) => fault.stage === 'MAIL' && last?.reply?.includes(`chaos ${fault.name}`),
    );
  };
  let firstFaultAt: number | null = null;
  // A mail may be tried at once on another connection, and meets its fault again.
  sink.injectFaults(({ stage, recipient }) => {
    const fault = stage === 'MAIL' ? pickMailFault() : recipient && faultByAddress.get(recipient);
    if (!fault || fault.stage !== stage) return null;
    injected.add(fault);
    firstFaultAt ??= performance.now();
    return fault.fault;
  });
  await environment.startDigest(SUBSCRIBERS);
  await waitUntilEnded(environment, { keepsDeferred: true });

  const faultOf = (email: string): RelayFault | undefined => {
    const assigned = faultByAddress.get(email);
    return mailFaultOf(email) ?? (assigned && injected.has(assigned) ? assigned : undefined);
  };
  const replaced = [...faultByAddress].flatMap(([email, fault]) =>
    mailFaultOf(email) ? [fault] : [],
  );
  const missing = FAULTS.filter((fault) => !injected.has(fault) && !replaced.includes(fault));
  const expectedSuppressions = FAULTS.filter(
    (fault) => fault.suppresses && injected.has(fault),
  ).length;
  const { suppressed, badDelays } = await environment.withDatabase(async (queries) => ({
    suppressed: await waitForSuppressions(queries, expectedSuppressions),
    badDelays: (await queries.deliveries()).filter(
      ({ state, attempts, retryDelaySeconds: delay }) =>
        state === 'deferred' && attempts === 1 && (delay < RETRY_IN_S[0] || delay > RETRY_IN_S[1]),
    ),
  }));
  const result = await drainAndCheck(environment, {
    // A deferred mail is sent at its retry, for which only the long form waits.
    keepsDeferred: !isLong,
    ...(isLong && { timeoutMs: RETRY_TIMEOUT_MS }),
    expect: ({ email }) => {
      const { states } = faultOf(email) ?? {};
      return states === undefined
        ? {}
        : {
            states: isLong
              ? states.map((state) => (state === 'deferred' ? 'sent' : state))
              : states,
          };
    },
  });
  const seconds = Math.round((performance.now() - (firstFaultAt ?? 0)) / 1000);
  // The states would be those after the retries.
  if (!isLong && seconds >= RETRY_IN_S[0])
    return {
      counts: null,
      violations: [],
      late: [`it took ${seconds} s, and the first mails are retried after ${RETRY_IN_S[0]} s`],
    };
  return addViolations(result, [
    missing.length === 0
      ? null
      : `these faults did not happen: ${missing.map(({ name }) => name).join(', ')}`,
    badDelays.length === 0
      ? null
      : `retried after other times than ${RETRY_IN_S.join(' to ')} s: ${badDelays.map(({ retryDelaySeconds }) => retryDelaySeconds)}`,
    suppressed === expectedSuppressions
      ? null
      : `${suppressed} addresses are suppressed, expected ${expectedSuppressions}`,
  ]);
}

/** A suppression is stored after the delivery has ended.
 *  @returns their number, when it is the expected one or stays another for a while. */
async function waitForSuppressions(queries: ChaosQueries, expected: number): Promise<number> {
  let count = 0;
  const isExpected = async () => {
    count = await queries.countSuppressed();
    return count === expected;
  };
  await waitUntil('they were stored', isExpected, { timeoutMs: 30_000 }).catch((error) => {
    if (!isTimeoutError(error)) throw error;
  });
  return count;
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
