import { type DueBatch, expireDeferred, listDueBatches, skipCancelled } from '../../db/batches.ts';
import type { Db } from '../../db/client.ts';
import { endLeases } from '../../db/leases.ts';
import { listDueLetters } from '../../db/letters.ts';
import { DIGEST_KINDS } from '../../domain/digest.ts';
import { previousDigestAt } from '../../domain/schedule.ts';
import type { Queue, Ring } from '../../queue/queue.ts';

/** What a sweep found and did. */
export interface Sweep {
  batches: number;
  letters: number;
  expired: number;
  /** Left of digests that were cancelled. */
  skipped: number;
  /** Freed from workers that are gone. */
  pending: number;
  unknown: number;
}

/** How often it ticks, in seconds. */
export const TICK_SECONDS = 60;

const LETTERS_AT_ONCE = 1000;
const RINGS_AT_ONCE = 500;

/**
 * The tick: frees what dead workers held, ends retries whose next digest is due, and rings for every
 * batch and letter that is due. Harmless when it runs twice, in two processes or after a pause: the
 * rings carry the same ids, and a batch whose deliveries are gone finds nothing.
 */
export async function ringDue({ db, queue }: { db: Db; queue: Queue }, now: Date): Promise<Sweep> {
  const freed = await db.transaction((tx) => endLeases(tx, { expired: true }, now));
  const skipped = await skipCancelled(db, now);
  let expired = 0;
  for (const kind of DIGEST_KINDS) {
    expired += await expireDeferred(db, { kind, sendBefore: previousDigestAt(kind, now), now });
  }
  const batches = await ringBatches({ db, queue }, now);
  const letterIds = await listDueLetters(db, now, LETTERS_AT_ONCE);
  await queue.ringMany(
    'letter',
    letterIds.map((letterId) => ({ data: { letterId }, id: `letter-${letterId}` })),
  );
  return { batches, letters: letterIds.length, expired, skipped, ...freed };
}

/** What is left is rung for no sooner than this, in ms: should it be held up again at once, nothing
 *  runs hot. */
const SOONEST_MS = 1000;

/** Rings for what is left of a batch at its time, when that comes before the next tick. By an id of
 *  its own: one that waits for its time must not keep others from ringing at once. */
export async function ringAgain(
  queue: Queue,
  left: DueBatch & { dueAt: Date },
  now: Date,
): Promise<void> {
  const delayMs = Math.max(SOONEST_MS, left.dueAt.getTime() - now.getTime());
  if (delayMs >= TICK_SECONDS * 1000) return;
  const { data, id } = ringFor(left);
  await queue.ringMany('batch', [{ data, id: `${id}-later`, delayMs }]);
}

/** Rings for one batch that was just added. A lost ring is rung again by the sweep. */
export async function ringForBatch(queue: Queue, batch: DueBatch | null): Promise<void> {
  if (batch !== null) await queue.ringMany('batch', [ringFor(batch)]).catch(() => undefined);
}

function ringFor({ digestId, batch, claims }: DueBatch): Ring<'batch'> {
  return { data: { digestId, batch }, id: `batch-${digestId}-${batch}-${claims}` };
}

/** Rings once for each batch that is due. The number of claims in the id gives each claim a bell of
 *  its own: that of a worker that died hangs until its queue misses it. */
export async function ringBatches(
  { db, queue }: { db: Db; queue: Queue },
  now: Date,
): Promise<number> {
  const due = await listDueBatches(db, now);
  const rings = due.map(ringFor);
  for (let start = 0; start < rings.length; start += RINGS_AT_ONCE) {
    await queue.ringMany('batch', rings.slice(start, start + RINGS_AT_ONCE));
  }
  return due.length;
}
