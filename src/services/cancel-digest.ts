import { skipCancelled } from '../db/batches.ts';
import type { Db } from '../db/client.ts';
import { type DigestSummary, markCancelled } from '../db/digests.ts';
import type { Clock } from '../domain/clock.ts';

/** Ends a digest for good: what is on its way is finished, everything else skipped. What a worker has
 *  in hand the worker skips itself. Done again it finishes what an interrupted one left. Returns how
 *  many were skipped. */
export async function cancelDigest(
  { db, clock }: { db: Db; clock: Clock },
  digest: DigestSummary,
): Promise<number> {
  await markCancelled(db, digest.id, clock());
  return skipCancelled(db, clock());
}
