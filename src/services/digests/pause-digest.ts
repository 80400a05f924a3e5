import type { Db } from '../../db/client.ts';
import { markDigestPaused } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { assertNotCancelled } from './require-digest.ts';

/** Pauses a digest: mail in an SMTP transaction is finished, and no more is started. Returns false
 *  when it was paused already. @throws PaperboyError `DIGEST_CANCELLED`. */
export function pauseDigest(
  { db, clock }: { db: Db; clock: Clock },
  digest: DigestSummary,
): Promise<boolean> {
  assertNotCancelled(digest);
  return markDigestPaused(db, digest.id, 'Paused by the operator.', clock());
}
