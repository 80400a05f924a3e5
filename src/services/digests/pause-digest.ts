import type { Db } from '../../db/client.ts';
import { markDigestPaused as setPaused } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { assertNotCancelled } from './digest-status.ts';

/**
 * Stops a digest at once: what is on its way is finished, nothing more is begun. False when it was
 * paused already. @throws PaperboyError `DIGEST_CANCELLED`.
 */
export function pauseDigest(
  { db, clock }: { db: Db; clock: Clock },
  digest: DigestSummary,
): Promise<boolean> {
  assertNotCancelled(digest);
  return setPaused(db, digest.id, 'Paused by the operator.', clock());
}
