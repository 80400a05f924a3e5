import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { SmtpTransaction } from '../smtp/transactions.ts';

/** The final row of a delivery. */
export interface FinalDelivery {
  digestId: number;
  subscriberId: number;
  state: DeliveryState;
  attempts: number;
  detail: string | null;
  reply: string | null;
  /** Null before the first attempt, and for an erased subscriber. */
  messageId: string | null;
  /** Time from the last change to the next attempt, in s. */
  retryDelaySeconds: number;
}

/** A change of a delivery's state, as a trigger recorded it, in the order of the changes. */
export interface StateChange {
  digestId: number;
  subscriberId: number;
  from: DeliveryState;
  to: DeliveryState;
  /** The lease before the change, or the new one. */
  leaseId: number | null;
  /** Changes of the same transaction are committed at once. */
  transactionId: string;
  /** By the clock of the database, in whole ms like every time of the judge. */
  at: number;
}

/**
 * A fault that leaves a process unable to record what it sent: killed, suspended, cut off from the
 * database for longer than its lease, or connected to another server that has forgotten the last
 * records.
 */
export interface ProcessFault {
  pid: number;
  kind: 'killed' | 'suspended' | 'cut off' | 'failed over';
  at: number;
}

/** What the scenario expects of one delivery, beyond the rules for all. */
export interface Expectation {
  /** The states that it must end in; undefined for those that the rules allow. */
  states?: readonly DeliveryState[];
  /** Further states that it may end in. */
  allows?: readonly DeliveryState[];
  /** Whether its mail may change between two attempts, since it shows the reader's settings. */
  mayDiffer?: boolean;
}

/** Everything to check about the digests of an environment, gathered when nothing more is due. */
export interface Evidence {
  /** The subscribers whom the digests were composed for: id and address. */
  audience: ReadonlyMap<number, string>;
  /** How many subscribers the scenario composed digests for. */
  expectedAudience: number;
  rows: readonly FinalDelivery[];
  changes: readonly StateChange[];
  /** The process that opened each lease. */
  pidByLease: ReadonlyMap<number, number>;
  /** Batches that no sweep will look at again although deliveries in them are open, or that are
   *  still held although none is. */
  strandedBatches: readonly string[];
  transactions: readonly SmtpTransaction[];
  /** When the SMTP server received the RCPT of each address, in ms. */
  seenAt: ReadonlyMap<string, readonly number[]>;
  faults: readonly ProcessFault[];
  /** Kills of processes; they also count among the faults. */
  kills: number;
  /** The outputs of `paperboy digest status --json`, one for each digest. */
  statuses: readonly { audience: number; states: Record<string, number> }[];
  /** The most messages in flight per process: 2 × SMTP_CONNECTIONS. */
  maxInFlight: number;
  /** Whether the database, the processes and the SMTP server use the same clock all the time. */
  hasOneClock: boolean;
  expect(delivery: { subscriberId: number; email: string; digestId: number }): Expectation;
  /** Whether mails to an address may belong to no delivery. */
  allowsMailTo(email: string): boolean;
}

/** The key of a delivery. */
export function keyOf({ digestId, subscriberId }: { digestId: number; subscriberId: number }) {
  return `${digestId}-${subscriberId}`;
}

/** Groups values by a key, in their order. */
export function groupBy<Value, Key>(
  values: readonly Value[],
  keyOfValue: (value: Value) => Key,
): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOfValue(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

const MAX_LISTED = 10;

/** A violation that names its deliveries, or null when there are none. */
export function describe(what: string, names: readonly (number | string)[]): string | null {
  if (names.length === 0) return null;
  const rest = names.length - MAX_LISTED;
  const listed = names.slice(0, MAX_LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return `${names.length} ${what}: ${listed}`;
}
