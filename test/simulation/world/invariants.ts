import { canTransition, type DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { CommitNumbers, RowChange, Server } from '../postgres/server.ts';
import type { Value } from '../postgres/values.ts';
import { createBounceCounts } from './bounce-counts.ts';
import {
  type Batch,
  type Delivery,
  readBatches,
  readDeliveries,
  readDelivery,
  readTable,
  toObject,
} from './committed-rows.ts';
import { createViolation } from './violation.ts';

/** A process, as far as the invariants look at it. */
export interface WatchedProcess {
  name: string;
  isAlive: boolean;
  isFrozen: boolean;
  /** Whether it believes to hold the lease. */
  holds: (leaseId: number) => boolean;
  /** Batches that it works on, as `digest-batch`. */
  isActive: (batch: string) => boolean;
}

export interface InvariantDeps {
  server: Server;
  nowMs: () => number;
  /** The time of the server, in ms. */
  serverNowMs: () => number;
  maxInFlight: number;
  processes: () => readonly WatchedProcess[];
  /** Whether nothing keeps a worker from pausing a digest in this run. */
  isCalm: boolean;
  /** Whether the relays do nothing wrong in this run. */
  areRelaysSound: boolean;
}

/** What is known of a delivery beside its row. */
interface History {
  accepted: number;
  /** Acceptances that are allowed: one, and one for each deliberate resend of an unknown one. */
  allowed: number;
  /** Why it may be `unknown`; null while nothing justifies that. */
  doubt: string | null;
}

/** Checks that the promises hold. Each function throws a violation. */
export interface Invariants {
  onCommit(changes: readonly RowChange[], numbers: CommitNumbers): void;
  onBegin(messageId: string, process: string): void;
  onAccepted(messageId: string, process: string): void;
  onUnknown(messageId: string): void;
  /** The worker died, or lost its lease by a fault: what it was sending may be unknown. */
  onWorkerLost(leaseId: number, why: string): void;
  /** Somebody was told that a confirmation e-mail comes. */
  onSignedUp(email: string): void;
  /** Somebody was told that digests come. */
  onConfirmed(email: string): void;
  /** A reader was told that no mail comes any more. */
  onLeft(subscriberId: number): void;
  /** Checks the tables, if they have changed. */
  checkTables(): void;
  /** Why the tables are not final yet; null when they are. */
  describeOpen(): string | null;
  /** When the first open delivery is due, in ms since 1970, if no batch is held; else null. */
  findIdleUntil(): number | null;
  countStates(): Record<string, number>;
}

const OPEN: ReadonlySet<DeliveryState> = new Set(['pending', 'claimed', 'sending', 'deferred']);

/** How long a worker may take to pause a digest, in ms. */
const MAX_PAUSE_MS = 5000;

/** How long a live worker may hold a batch that it does not work on, in ms. */
const MAX_IDLE_HOLD_MS = 120_000;

/** How long a delivery may be due in a batch that a live worker holds, in ms: longer than a relay
 *  is away, and much shorter than it may take to answer a dot. */
const MAX_DUE_HOLD_MS = 240_000;

export function createInvariants(deps: InvariantDeps): Invariants {
  const { server, nowMs, serverNowMs, maxInFlight, processes, isCalm, areRelaysSound } = deps;
  const histories = new Map<string, History>();
  const keys = new Map<string, string>();
  const mustNotBegin = new Map<string, string>();
  /** Leases whose workers may not know what became of their mails, with the reason. */
  const lostLeases = new Map<number, string>();
  const idleSince = new Map<string, number>();
  const heldSince = new Map<string, number>();
  /** The commit that paused or cancelled each digest that is so now. */
  const closedBy = new Map<number, number>();
  const bounces = createBounceCounts(nowMs, maxInFlight);
  /** Tables that changed since they were checked. */
  let hasChangedDeliveries = true;
  let hasChangedHolders = true;
  let hasChangedEmails = true;

  const historyOf = (key: string): History => {
    const known = histories.get(key);
    if (known) return known;
    const history: History = { accepted: 0, allowed: 1, doubt: null };
    histories.set(key, history);
    return history;
  };

  const checkChange = (before: Delivery | null, after: Delivery, { snapshot }: CommitNumbers) => {
    if (after.messageId !== null) keys.set(after.messageId, after.key);
    if (before === null || before.state === after.state) return;
    if (!canTransition(before.state, after.state))
      throw createViolation(
        `The delivery ${after.key} went from ${before.state} to ${after.state}.`,
      );
    const closed = closedBy.get(after.digestId);
    if (after.state === 'sending' && closed !== undefined && closed <= snapshot)
      throw createViolation(
        `The delivery ${after.key} is marked as being sent after its digest was paused or cancelled.`,
      );
    if (closed === undefined) bounces.count(before, after.state);
    if (after.state === 'deferred' && areRelaysSound && after.nextAt.getTime() > serverNowMs())
      throw createViolation(
        `The delivery ${after.key} is deferred until ${after.nextAt.toISOString()}, although the relays do nothing wrong.`,
      );
    const history = historyOf(after.key);
    if (before.state === 'unknown' && after.state === 'pending') history.allowed += 1;
    if (after.state === 'claimed') history.doubt = null;
    checkResult(after, history);
    const isLost = before.leaseId !== null && lostLeases.has(before.leaseId);
    if (after.state === 'unknown' && history.doubt === null && !isLost)
      throw createViolation(
        `The delivery ${after.key} is unknown, although nothing happened to its mail or its worker.`,
      );
  };

  /** A result must agree with what the relay did. */
  const checkResult = ({ key, state }: Delivery, { accepted, allowed }: History) => {
    if (state === 'sent' && accepted === 0)
      throw createViolation(`The delivery ${key} is sent, although no relay took its mail.`);
    if ((state === 'failed' || state === 'deferred') && accepted === allowed)
      throw createViolation(`The delivery ${key} is ${state}, although a relay took its mail.`);
  };

  /** What a page told somebody must be committed. */
  const checkNewcomer = (email: string, expected: readonly string[]) => {
    const subscriber = readTable(server, 'subscribers').find((row) => row.email === email);
    if (subscriber && expected.includes(String(subscriber.status))) return;
    throw createViolation(
      `${email} was told to be ${expected[0]}, and is ${subscriber?.status ?? 'unknown'}.`,
    );
  };

  /** A transactional e-mail is sent once, and again only when nobody knows whether it arrived. */
  const checkEmails = () => {
    for (const row of readTable(server, 'transactional_emails')) {
      const history = row.messageId === null ? undefined : histories.get(String(row.messageId));
      if (row.state === 'sent' && !history?.accepted)
        throw createViolation(
          `The e-mail ${row.id} (${row.kind}) is sent, although no relay took it.`,
        );
    }
  };

  const noteDigest = (row: Record<string, Value>, commit: number) => {
    const id = Number(row.id);
    const isClosed = row.pausedAt !== null || row.cancelledAt !== null;
    if (isClosed === closedBy.has(id)) return;
    bounces.reset(id);
    if (isClosed) closedBy.set(id, commit);
    else closedBy.delete(id);
  };

  const checkDeliveries = (all: readonly Delivery[], batches: ReadonlyMap<string, Batch>) => {
    const inFlight = new Map<number, number>();
    for (const delivery of all) {
      const { key, state, leaseId, nextAt } = delivery;
      if (!OPEN.has(state)) continue;
      const batch = batches.get(`${delivery.digestId}-${delivery.batch}`);
      if (!batch) throw createViolation(`The delivery ${key} is ${state} in no batch.`);
      if (leaseId !== null && batch.leaseId !== leaseId)
        throw createViolation(
          `The delivery ${key} is ${state} under the lease ${leaseId}, but its batch ${batch.key} is held by ${batch.leaseId}: the end of the lease misses it.`,
        );
      if (batch.leaseId === null) {
        if (batch.dueAt === null)
          throw createViolation(
            `The delivery ${key} is ${state} in the batch ${batch.key}, which is never due.`,
          );
        if (batch.dueAt > nextAt && !(state === 'pending' && batch.isImmediate))
          throw createViolation(
            `The delivery ${key} is due at ${nextAt.toISOString()}, its batch ${batch.key} later.`,
          );
      }
      if (state === 'sending' && leaseId !== null)
        inFlight.set(leaseId, (inFlight.get(leaseId) ?? 0) + 1);
    }
    for (const [leaseId, count] of inFlight) {
      if (count > maxInFlight)
        throw createViolation(
          `Under the lease ${leaseId}, ${count} of at most ${maxInFlight} mails are in flight.`,
        );
    }
  };

  const checkCounts = (all: readonly Delivery[], batches: ReadonlyMap<string, Batch>) => {
    const counted = new Map<string, Record<string, number>>();
    const audiences = new Map<number, number>();
    for (const { digestId, batch, state } of all) {
      const key = `${digestId}-${batch}`;
      const counts = counted.get(key) ?? {};
      counts[state] = (counts[state] ?? 0) + 1;
      counted.set(key, counts);
      audiences.set(digestId, (audiences.get(digestId) ?? 0) + 1);
    }
    for (const { key, leaseId, states } of batches.values()) {
      if (leaseId !== null || states === null) continue;
      const [stored, real] = [formatCounts(states), formatCounts(counted.get(key) ?? {})];
      if (stored !== real)
        throw createViolation(`The batch ${key} says ${stored}, its deliveries are ${real}.`);
    }
    for (const row of readTable(server, 'digests')) {
      const audience = Number(row.audience);
      const real = audiences.get(Number(row.id)) ?? 0;
      if (audience !== real)
        throw createViolation(
          `The digest ${row.id} has an audience of ${audience}, but ${real} deliveries.`,
        );
    }
  };

  const checkHolders = (batches: ReadonlyMap<string, Batch>) => {
    const leases = new Map(readTable(server, 'leases').map((row) => [Number(row.id), row]));
    for (const { key, leaseId } of batches.values()) {
      const lease = leaseId === null ? undefined : leases.get(leaseId);
      const holder =
        leaseId === null
          ? undefined
          : processes().find((each) => each.isAlive && each.holds(leaseId));
      // A lease that nobody renews ends, and one that does not exist counts as ended.
      const isIdle = lease && holder && !holder.isFrozen && !holder.isActive(key);
      if (!isIdle || (lease.expiresAt as Date).getTime() < serverNowMs()) {
        idleSince.delete(key);
        continue;
      }
      const since = idleSince.get(key) ?? nowMs();
      idleSince.set(key, since);
      if (nowMs() - since > MAX_IDLE_HOLD_MS)
        throw createViolation(
          `${holder.name} lives and holds the batch ${key}, but has not worked on it for ${Math.round((nowMs() - since) / 1000)} s.`,
        );
    }
  };

  /** Nobody else may send what is due in a batch that is held. Where a mail is claimed and not
   *  begun, no connection of the worker is free. */
  const checkHeld = (batches: ReadonlyMap<string, Batch>) => {
    for (const { key, digestId, number, leaseId } of batches.values()) {
      if (leaseId === null || closedBy.has(digestId)) {
        heldSince.delete(key);
        continue;
      }
      const since = heldSince.get(key) ?? nowMs();
      heldSince.set(key, since);
      if (nowMs() - since <= MAX_DUE_HOLD_MS) continue;
      const deliveries = readDeliveries(server).filter(
        (each) => each.digestId === digestId && each.batch === number,
      );
      if (deliveries.some(({ state }) => state === 'claimed')) {
        heldSince.set(key, nowMs());
        continue;
      }
      for (const delivery of deliveries) {
        const { state, nextAt, expiresAt } = delivery;
        if (state !== 'pending' && state !== 'deferred') continue;
        const isLate = nextAt.getTime() < serverNowMs() - MAX_DUE_HOLD_MS;
        if (isLate && expiresAt.getTime() > serverNowMs())
          throw createViolation(
            `The delivery ${delivery.key} is ${state} and due since ${nextAt.toISOString()}, but its batch ${key} is held for what others wait for.`,
          );
      }
    }
  };

  const checkBounces = () => {
    for (const { leaseId, digestId, bounced } of bounces.listExceeded(MAX_PAUSE_MS)) {
      const holder = processes().find((each) => each.isAlive && each.holds(leaseId));
      if (!holder) continue;
      throw createViolation(
        `${bounced} mails that ${holder.name} sent bounced, and it has not paused the digest ${digestId}.`,
      );
    }
  };

  /** What relays see must have been committed before. */
  const checkBegin = (key: string, process: string) => {
    const delivery = readDeliveries(server).find((each) => each.key === key);
    if (!delivery) return;
    const { state, leaseId } = delivery;
    if (state !== 'sending' || leaseId === null)
      throw createViolation(`${process} began the mail of the delivery ${key}, which is ${state}.`);
    if (!processes().some((each) => each.name === process && each.holds(leaseId)))
      throw createViolation(
        `${process} began the mail of the delivery ${key}, which the lease ${leaseId} of another holds.`,
      );
  };

  const listOpen = () => readDeliveries(server).filter(({ state }) => OPEN.has(state));

  return {
    onCommit: (changes, numbers) => {
      for (const { table, before, after } of changes) {
        if (table.name === 'batches' || table.name === 'digests') hasChangedDeliveries = true;
        if (table.name === 'leases') hasChangedHolders = true;
        if (table.name === 'transactional_emails') hasChangedEmails = true;
        if (table.name === 'digests' && after) noteDigest(toObject(table, after), numbers.commit);
        if (!table.name.startsWith('deliveries_') || after === null) continue;
        hasChangedDeliveries = true;
        checkChange(
          before ? readDelivery(table, before) : null,
          readDelivery(table, after),
          numbers,
        );
      }
    },
    onBegin: (messageId, process) => {
      const key = keys.get(messageId);
      if (key === undefined) return;
      const reason = mustNotBegin.get(key);
      if (reason !== undefined)
        throw createViolation(
          `${process} began the mail of the delivery ${key}, although ${reason}.`,
        );
      checkBegin(key, process);
    },
    onAccepted: (messageId, process) => {
      const key = keys.get(messageId);
      const history = historyOf(key ?? messageId);
      history.accepted += 1;
      if (history.accepted <= history.allowed) return;
      if (key === undefined) {
        if (isCalm)
          throw createViolation(
            `The relay took the e-mail ${messageId} ${history.accepted} times, the last time from ${process}; allowed: ${history.allowed}.`,
          );
      } else
        throw createViolation(
          `The relay took the mail of the delivery ${key} ${history.accepted} times, the last time from ${process}; allowed: ${history.allowed}.`,
        );
    },
    onUnknown: (messageId) => {
      const key = keys.get(messageId);
      if (key === undefined) historyOf(messageId).allowed += 1;
      else historyOf(key).doubt = 'no answer to the dot';
    },
    onWorkerLost: (leaseId, why) => {
      lostLeases.set(leaseId, why);
    },
    onSignedUp: (email) => checkNewcomer(email, ['pending', 'active', 'paused']),
    onConfirmed: (email) => checkNewcomer(email, ['active', 'paused']),
    onLeft: (subscriberId) => {
      for (const { key, state, subscriberId: id } of readDeliveries(server))
        if (id === subscriberId && state !== 'sending')
          mustNotBegin.set(key, 'its reader had left before it was sending');
    },
    checkTables: () => {
      if (isCalm) checkBounces();
      if (hasChangedEmails) checkEmails();
      hasChangedEmails = false;
      if (!hasChangedDeliveries && !hasChangedHolders) return;
      const batches = new Map(readBatches(server).map((batch) => [batch.key, batch]));
      if (hasChangedDeliveries) {
        const all = readDeliveries(server);
        checkDeliveries(all, batches);
        checkCounts(all, batches);
      }
      hasChangedDeliveries = false;
      hasChangedHolders = false;
      checkHolders(batches);
      if (isCalm) checkHeld(batches);
    },
    describeOpen: () => {
      const open = listOpen();
      if (open.length > 0)
        return open
          .map(({ key, state, batch }) => `${key} is ${state} in batch ${batch}`)
          .join(', ');
      const held = readBatches(server).filter(
        ({ leaseId, dueAt }) => leaseId !== null || dueAt !== null,
      );
      if (held.length > 0)
        return held.map(({ key }) => `the batch ${key} is not finished`).join(', ');
      const waiting = readTable(server, 'transactional_emails').filter(
        ({ state }) => state === 'pending',
      );
      if (waiting.length > 0)
        return waiting.map(({ id, kind }) => `the e-mail ${id} (${kind}) is pending`).join(', ');
      return readTable(server, 'digests').length === 0 ? 'no digest was composed' : null;
    },
    findIdleUntil: () => {
      if (readBatches(server).some(({ leaseId }) => leaseId !== null)) return null;
      const times = [
        ...listOpen().map(({ nextAt }) => nextAt.getTime()),
        ...readTable(server, 'transactional_emails')
          .filter(({ state }) => state === 'pending')
          .map(({ nextAt }) => (nextAt as Date).getTime()),
      ];
      return times.length === 0 ? null : Math.min(...times);
    },
    countStates: () => {
      const counts: Record<string, number> = {};
      for (const { state } of readDeliveries(server)) counts[state] = (counts[state] ?? 0) + 1;
      return counts;
    },
  };
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}
