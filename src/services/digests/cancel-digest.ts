import type { Db } from '../../db/client.ts';
import { skipCancelledDeliveries } from '../../db/deliveries/transitions/skip-cancelled.ts';
import { markDigestCancelled } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';

/**
 * Cancels a digest for good. Messages in flight are finished, all other deliveries are skipped; a
 * worker skips those that it has claimed. Cancelling again completes an interrupted call. Returns
 * how many deliveries were skipped.
 */
export async function cancelDigest(
  { db, clock }: { db: Db; clock: Clock },
  digest: DigestSummary,
): Promise<number> {
  await markDigestCancelled(db, digest.id, clock());
  return skipCancelledDeliveries(db, clock());
}
