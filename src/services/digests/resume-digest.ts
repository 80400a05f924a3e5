import type { Db } from '../../db/client.ts';
import { markDigestResumed } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import { enqueueDueBatches } from '../deliveries/enqueue-batches.ts';
import { assertNotCancelled } from './require-digest.ts';

/** Resumes a paused digest and enqueues its due batches. Returns false when it was not paused.
 *  @throws PaperboyError `DIGEST_CANCELLED`. */
export async function resumeDigest(
  { db, queue, clock }: { db: Db; queue: Queue; clock: Clock },
  digest: DigestSummary,
): Promise<boolean> {
  assertNotCancelled(digest);
  if (!(await markDigestResumed(db, digest.id))) return false;
  await enqueueDueBatches({ db, queue }, clock());
  return true;
}
