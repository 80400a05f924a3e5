import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../db/client.ts';
import {
  type ClaimedDelivery,
  changeDeliveries,
  claimDue,
  type DeliveryChange,
  listSeenPapers,
} from '../db/deliveries.ts';
import { holdActive, listSubscribers } from '../db/subscribers.ts';
import { listSuppressed } from '../db/suppressions.ts';
import type { Clock } from '../domain/clock.ts';
import { BATCH_SIZE } from '../domain/delivery.ts';
import type { Selection } from '../domain/digest.ts';
import { settle } from '../domain/outcome.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { hashSuppressed, type Tokens } from '../domain/tokens.ts';
import { type AddressedCopy, digestMessage } from '../mail/digest-message.ts';
import type { Message } from '../mail/message.ts';
import { messageIdFor } from '../mail/message-id.ts';
import type { Relay } from '../mail/relay.ts';
import { copyFor, type Editions, type OpenEdition } from './support/editions.ts';

export interface DeliverDeps {
  db: Db;
  editions: Editions;
  relay: Relay;
  tokens: Tokens;
  clock: Clock;
  /** 0 to 1; spreads retries. */
  random: () => number;
  suppressionKey: string;
  messageIdKey: Buffer;
  /** Messages on their way at the same time. */
  connections: number;
  /** Aborted when the process is to end: what is in flight is finished, the rest given back. */
  stopping: AbortSignal;
}

/** A delivery whose mail is ready. */
interface Ready {
  delivery: ClaimedDelivery;
  message: Message;
}

/** What is known of a batch but perhaps not written down yet. */
interface Tries {
  /** Perhaps committed as `sending`, certainly not sent. */
  open: readonly Ready[];
  results: readonly DeliveryChange[];
}

/** How a batch went. */
export interface BatchResult {
  claimed: number;
  sent: number;
}

/**
 * Sends one batch of a digest's due deliveries under a lease: claims them, rechecks that each reader
 * still wants mail, chooses the papers, and sends. `sending` is committed before the first byte, at
 * most `connections` at once, and what became of them is committed with the next ones' `sending`.
 * A lease that ended meanwhile changes nothing any more.
 */
export async function deliverBatch(
  deps: DeliverDeps,
  { digestId, leaseId }: { digestId: number; leaseId: number },
): Promise<BatchResult> {
  const { db, clock, stopping } = deps;
  const none = { claimed: 0, sent: 0 };
  if (stopping.aborted) return none;
  const edition = await deps.editions(digestId);
  if (!edition) return none;
  const claimed = await claimDue(db, { digestId, leaseId, limit: BATCH_SIZE, now: clock() });
  if (claimed.length === 0) return none;
  const tries: Tries = { open: [], results: [] };
  try {
    const ready = await prepare(deps, edition, claimed, leaseId);
    const sent = await sendAll(deps, edition, ready, leaseId, tries);
    return { claimed: claimed.length, sent };
  } catch (error) {
    await letGo(deps, { digestId, leaseId }, claimed, tries);
    throw error;
  }
}

/** Decides for each delivery, records the decisions, and composes the mails of those that go out. */
async function prepare(
  deps: DeliverDeps,
  edition: OpenEdition,
  claimed: readonly ClaimedDelivery[],
  leaseId: number,
): Promise<Ready[]> {
  const { db, tokens, clock } = deps;
  const digestId = edition.digest.id;
  const now = clock();
  const ids = claimed.map(({ subscriberId }) => subscriberId);
  const readers = new Map((await listSubscribers(db, ids)).map((reader) => [reader.id, reader]));
  const suppressed = await findSuppressedReaders(deps, [...readers.values()]);
  const selections = await chooseAll(deps, edition, claimed, readers);
  const changes: DeliveryChange[] = [];
  const ready: Ready[] = [];
  for (const delivery of claimed) {
    const { subscriberId } = delivery;
    const reader = readers.get(subscriberId);
    const selection = selections.get(subscriberId) ?? [];
    const obstacle = obstacleFor(reader, suppressed, selection);
    if (!reader || obstacle !== null) {
      changes.push({ subscriberId, state: 'skipped', detail: obstacle ?? '' });
      continue;
    }
    const messageId =
      delivery.messageId ??
      messageIdFor(
        digestId,
        subscriberId,
        deps.messageIdKey,
        edition.edition.sender.messageIdDomain,
      );
    const date = delivery.messageDate ?? now;
    const copy = copyFor(edition, reader, {
      token: tokens.seal({ digestId, subscriberId }),
      selection,
    });
    const message = composeFor(edition, { ...copy, to: reader.email, messageId, date });
    if (message instanceof RangeError) {
      changes.push({ subscriberId, state: 'failed', detail: message.message });
      continue;
    }
    changes.push({ subscriberId, state: 'claimed', selection, messageId, messageDate: date });
    ready.push({ delivery, message });
  }
  const held = await changeDeliveries(db, { digestId, leaseId, from: 'claimed', now }, changes);
  return ready.filter(({ delivery }) => held.has(delivery.subscriberId));
}

/** A reader whose mail cannot be composed, such as for an address that fits no header, must not hold
 *  up the others: the problem is the answer then. */
function composeFor({ edition }: OpenEdition, copy: AddressedCopy): Message | RangeError {
  try {
    return digestMessage(edition, copy);
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}

function obstacleFor(
  reader: Subscriber | undefined,
  suppressed: ReadonlySet<number>,
  selection: Selection,
): string | null {
  if (!reader) return 'The reader was erased.';
  if (reader.status !== 'active') return `The reader is ${reader.status}.`;
  if (suppressed.has(reader.id)) return 'The address is suppressed.';
  if (selection.length === 0) return 'No paper of this digest matches what the reader follows.';
  return null;
}

async function findSuppressedReaders(
  { db, suppressionKey }: DeliverDeps,
  readers: readonly (Subscriber & { emailKey: string })[],
): Promise<Set<number>> {
  const hashes = new Map(
    readers.map(({ id, emailKey }) => [id, hashSuppressed(emailKey, suppressionKey)]),
  );
  const suppressed = await listSuppressed(db, [...hashes.values()]);
  return new Set(
    [...hashes].filter(([, hash]) => suppressed.has(hash.toString('hex'))).map(([id]) => id),
  );
}

/** A selection once chosen stays: retries and the web view show the same papers. */
async function chooseAll(
  { db }: DeliverDeps,
  edition: OpenEdition,
  claimed: readonly ClaimedDelivery[],
  readers: ReadonlyMap<number, Subscriber>,
): Promise<Map<number, Selection>> {
  const selections = new Map<number, Selection>();
  const open: Subscriber[] = [];
  for (const { subscriberId, selection } of claimed) {
    const reader = readers.get(subscriberId);
    if (selection) selections.set(subscriberId, selection);
    else if (reader?.status === 'active') open.push(reader);
  }
  const seen = await listSeenPapers(
    db,
    edition.digest.id,
    open.map(({ id }) => id),
  );
  const chosen = await edition.selectFor(open, seen);
  for (const [place, { id }] of open.entries()) selections.set(id, chosen[place] ?? []);
  return selections;
}

async function sendAll(
  deps: DeliverDeps,
  edition: OpenEdition,
  ready: readonly Ready[],
  leaseId: number,
  tries: Tries,
): Promise<number> {
  const { db, clock, connections, stopping } = deps;
  const digestId = edition.digest.id;
  let sent = 0;
  for (let start = 0; start < ready.length; start += connections) {
    const isLast = stopping.aborted;
    const next = isLast ? [] : ready.slice(start, start + connections);
    const now = clock();
    tries.open = next;
    const going = await db.transaction(async (tx) => {
      await changeDeliveries(tx, { digestId, leaseId, from: 'sending', now }, tries.results);
      if (isLast)
        await giveBack(tx, { digestId, leaseId, now }, ready.slice(start).map(deliveryOf));
      return markSending(tx, { digestId, leaseId, now }, next);
    });
    tries.open = [];
    tries.results = await Promise.all(
      next
        .filter(({ delivery }) => going.has(delivery.subscriberId))
        .map((entry) => sendOne(deps, edition, entry)),
    );
    sent += tries.results.filter(({ state }) => state === 'sent').length;
    if (isLast) return sent;
  }
  await changeDeliveries(db, { digestId, leaseId, from: 'sending', now: clock() }, tries.results);
  return sent;
}

function deliveryOf({ delivery }: Ready): ClaimedDelivery {
  return delivery;
}

/** Marks what goes out now, and skips whom it must not reach any more. A reader who left before this
 *  commits gets no mail; one who leaves later waits for the commit. Returns who is to be mailed. */
async function markSending(
  tx: Db,
  where: { digestId: number; leaseId: number; now: Date },
  next: readonly Ready[],
): Promise<Set<number>> {
  const ids = next.map(({ delivery }) => delivery.subscriberId);
  const active = await holdActive(tx, ids);
  const changed = await changeDeliveries(
    tx,
    { ...where, from: 'claimed' },
    ids.map((subscriberId) =>
      active.has(subscriberId)
        ? { subscriberId, state: 'sending' }
        : { subscriberId, state: 'skipped', detail: 'The reader left while the batch was sent.' },
    ),
  );
  return new Set([...active].filter((id) => changed.has(id)));
}

function giveBack(
  tx: Db,
  where: { digestId: number; leaseId: number; now: Date },
  rest: readonly ClaimedDelivery[],
): Promise<Set<number>> {
  const changes = rest.map(({ subscriberId }) => ({ subscriberId, state: 'pending' as const }));
  return changeDeliveries(tx, { ...where, from: 'claimed' }, changes);
}

async function sendOne(
  deps: DeliverDeps,
  edition: OpenEdition,
  { delivery, message }: Ready,
): Promise<DeliveryChange> {
  const outcome = await deps.relay.send(message);
  const { kind } = edition.digest;
  return {
    subscriberId: delivery.subscriberId,
    relay: outcome.relay,
    ...settle(outcome, {
      kind,
      sendAt: delivery.sendAt,
      attempts: delivery.attempts + 1,
      now: deps.clock(),
      random: deps.random(),
    }),
  };
}

/** In ms and tries, a minute: longer than a lease lives when the database is gone. */
const WRITE_AGAIN_MS = 1000;
const MOST_WRITES = 60;

/**
 * Writes down what a batch that broke off came to, and gives back what was not sent. The lease lives
 * on, so nobody else would: the rows would stay in hand. A database that is gone is waited for.
 */
async function letGo(
  { db, clock, stopping }: DeliverDeps,
  where: { digestId: number; leaseId: number },
  claimed: readonly ClaimedDelivery[],
  { open, results }: Tries,
): Promise<void> {
  const write = () =>
    db.transaction(async (tx) => {
      const now = clock();
      const unsent = open.map(({ delivery: { subscriberId } }) => ({
        subscriberId,
        state: 'deferred' as const,
        nextAt: now,
      }));
      await changeDeliveries(tx, { ...where, from: 'sending', now }, [...results, ...unsent]);
      await giveBack(tx, { ...where, now }, claimed);
    });
  for (let writes = 1; ; writes += 1) {
    try {
      return await write();
    } catch (error) {
      if (writes === MOST_WRITES || stopping.aborted) throw error;
      await sleep(WRITE_AGAIN_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}
