import type { Db } from '../../db/client.ts';
import { listDueLookups } from '../../db/library/library-lookups.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';

/** Most jobs that one sweep enqueues; the next one enqueues the rest. */
const MAX_ENQUEUED = 100;

/** Enqueues a job for each subscriber with a lookup that is due. Idempotent. */
export async function enqueueDueLookups({
  db,
  queue,
  clock,
}: {
  db: Db;
  queue: Queue;
  clock: Clock;
}): Promise<void> {
  const due = await listDueLookups(db, clock(), MAX_ENQUEUED);
  const jobs = due.map((subscriberId) => ({ data: { subscriberId }, id: jobIdOf(subscriberId) }));
  await queue.enqueueMany('library-lookup', jobs);
}

/** Enqueues what was just requested for a subscriber. Ignores errors: the sweep enqueues it again,
 *  so a queue that is down fails nothing. */
export async function enqueueLookup(queue: Queue, subscriberId: number): Promise<void> {
  const jobId = jobIdOf(subscriberId);
  await queue.enqueue('library-lookup', { subscriberId }, jobId).catch(() => undefined);
}

function jobIdOf(subscriberId: number): string {
  return `library-${subscriberId}`;
}
