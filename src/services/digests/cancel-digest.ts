import type { Db } from '../../db/client.ts';
import { skipCancelledDeliveries } from '../../db/deliveries/transitions/skip-cancelled.ts';
import { markDigestCancelled } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';

/**
 * Ends a digest for good: what is on its way is finished, everything else skipped. What a worker
 * has in hand the worker skips itself. Done again it finishes what an interrupted one left. Returns
 * how many were skipped.
 */
export async function cancelDigest(
  { db, clock }: { db: Db; clock: Clock },
  digest: DigestSummary,
): Promise<number> {
  await markDigestCancelled(db, digest.id, clock());
  return skipCancelledDeliveries(db, clock());
}
