import type { Db } from '../db/client.ts';
import { type DigestSummary, pauseDigest as setPaused } from '../db/digests.ts';
import type { Clock } from '../domain/clock.ts';
import { refuseCancelled } from './support/digest-status.ts';

/**
 * Stops a digest at once: what is on its way is finished, nothing more is begun. False when it was
 * paused already. @throws PaperboyError `DIGEST_CANCELLED`.
 */
export function pauseDigest(
  { db, clock }: { db: Db; clock: Clock },
  digest: DigestSummary,
): Promise<boolean> {
  refuseCancelled(digest);
  return setPaused(db, digest.id, 'Paused by the operator.', clock());
}
