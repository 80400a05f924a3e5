import type { Db } from '../db/client.ts';
import { type DigestSummary, resumeDigest as endPause } from '../db/digests.ts';
import type { Clock } from '../domain/clock.ts';
import type { Queue } from '../queue/queue.ts';
import { refuseCancelled } from './support/digest-status.ts';
import { ringBatches } from './support/ring-due.ts';

/** Ends the pause of a digest and rings for what is due. False when it was not paused.
 *  @throws PaperboyError `DIGEST_CANCELLED`. */
export async function resumeDigest(
  { db, queue, clock }: { db: Db; queue: Queue; clock: Clock },
  digest: DigestSummary,
): Promise<boolean> {
  refuseCancelled(digest);
  if (!(await endPause(db, digest.id))) return false;
  await ringBatches({ db, queue }, clock());
  return true;
}
