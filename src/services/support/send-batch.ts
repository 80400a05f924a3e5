import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import {
  type ClaimedDelivery,
  changeDeliveries,
  type DeliveryChange,
} from '../../db/deliveries.ts';
import { holdActive } from '../../db/subscribers.ts';
import type { Clock } from '../../domain/clock.ts';
import { settle } from '../../domain/outcome.ts';
import type { Relay } from '../../relay/relay.ts';
import type { OpenEdition } from './editions.ts';
import type { Ready } from './prepare-batch.ts';

export interface SendDeps {
  db: Db;
  relay: Relay;
  clock: Clock;
  /** 0 to 1; spreads retries. */
  random: () => number;
  /** Messages on their way at the same time. */
  connections: number;
  /** Aborted when the process is to end: what is in flight is finished, the rest given back. */
  stopping: AbortSignal;
}

/** What is known of a batch but perhaps not written down yet. */
export interface Tries {
  /** Perhaps committed as `sending`, certainly not sent. */
  open: readonly Ready[];
  results: readonly DeliveryChange[];
}

/** Sends what is ready in waves of `connections`. What a wave came to is committed with the next one's
 *  `sending`; `tries` tells meanwhile what is not written down yet. Returns how many were sent. */
export async function sendBatch(
  deps: SendDeps,
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

function deliveryOf({ delivery }: Ready): ClaimedDelivery {
  return delivery;
}

async function sendOne(
  deps: SendDeps,
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
export async function letGo(
  { db, clock, stopping }: SendDeps,
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

function giveBack(
  tx: Db,
  where: { digestId: number; leaseId: number; now: Date },
  rest: readonly ClaimedDelivery[],
): Promise<Set<number>> {
  const changes = rest.map(({ subscriberId }) => ({ subscriberId, state: 'pending' as const }));
  return changeDeliveries(tx, { ...where, from: 'claimed' }, changes);
}
