import type { Db } from '../../db/client.ts';
import { countDue, expireDeferred } from '../../db/deliveries.ts';
import { endLeases } from '../../db/leases.ts';
import { listDueLetters } from '../../db/letters.ts';
import { BATCH_SIZE } from '../../domain/delivery.ts';
import { DIGEST_KINDS } from '../../domain/digest.ts';
import { previousDigestAt } from '../../domain/schedule.ts';
import type { Queue } from '../../queue/queue.ts';

/** What a sweep found and did. */
export interface Sweep {
  due: number;
  letters: number;
  expired: number;
  /** Freed from workers that are gone. */
  pending: number;
  unknown: number;
}

const LETTERS_AT_ONCE = 1000;

/**
 * The tick: frees what dead workers held, ends retries whose next digest is due, and rings for every
 * batch and letter that is due. Harmless when it runs twice, in two processes or after a pause: the
 * rings carry the same ids, and a batch whose deliveries are gone finds nothing.
 */
export async function ringDue({ db, queue }: { db: Db; queue: Queue }, now: Date): Promise<Sweep> {
  const freed = await db.transaction((tx) => endLeases(tx, { expired: true }, now));
  let expired = 0;
  for (const kind of DIGEST_KINDS) {
    expired += await expireDeferred(db, { kind, sendBefore: previousDigestAt(kind, now), now });
  }
  const counts = await countDue(db, now);
  for (const { digestId, due } of counts) await ringBatches(queue, digestId, due);
  const letterIds = await listDueLetters(db, now, LETTERS_AT_ONCE);
  await queue.ringMany(
    'letter',
    letterIds.map((letterId) => ({ data: { letterId }, id: `letter-${letterId}` })),
  );
  const due = counts.reduce((sum, count) => sum + count.due, 0);
  return { due, letters: letterIds.length, expired, ...freed };
}

/** Rings once per batch that `due` deliveries make. */
async function ringBatches(queue: Queue, digestId: number, due: number): Promise<void> {
  const batches = Math.ceil(due / BATCH_SIZE);
  const rings = Array.from({ length: batches }, (_, batch) => ({
    data: { digestId },
    id: `batch-${digestId}-${batch}`,
  }));
  for (let start = 0; start < rings.length; start += 500) {
    await queue.ringMany('batch', rings.slice(start, start + 500));
  }
}
