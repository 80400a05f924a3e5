import type { DigestKind } from '../domain/digests/digest.ts';

/** The jobs by name, with their data: ids, never content. Postgres holds the state and a job only
 *  says that there may be work: each may run twice or be lost. */
export interface JobMap {
  /** Composes the digest if it is due. */
  compose: { kind: DigestKind };
  /** Enqueues everything that is due, and ends expired leases and retries. */
  sweep: Record<string, never>;
  /** Sends the due deliveries of a batch. */
  batch: { digestId: number; batch: number };
  /** Sends one transactional e-mail. */
  'transactional-email': { emailId: number };
  /** Fetches papers from a source if it is due. */
  fetch: { source: string };
  /** Sorts papers by topics that were loaded after they were stored. */
  'sort-papers': Record<string, never>;
  /** Looks up what is due for a subscriber's library. */
  'library-lookup': { subscriberId: number };
  /** Checks the installation: raises, ends and mails alerts. */
  monitor: Record<string, never>;
  /** Deletes rows that are no longer needed, and learns again from libraries now and then. */
  prune: Record<string, never>;
}

export type JobName = keyof JobMap;

/** `jobId` is the id in the queue, for the log. */
export type Handlers = {
  [Name in JobName]: (data: JobMap[Name], jobId?: string) => Promise<void>;
};

export const QUEUE_NAMES = [
  'schedule',
  'sources',
  'library',
  'deliveries',
  'transactional',
] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** The queue of each job. Separate queues keep a long digest from delaying confirmations, and a
 *  slow source from delaying composing, and a long prune from delaying a sweep. */
export const QUEUE_BY_JOB = {
  compose: 'schedule',
  sweep: 'schedule',
  batch: 'deliveries',
  'transactional-email': 'transactional',
  fetch: 'sources',
  'sort-papers': 'sources',
  'library-lookup': 'library',
  monitor: 'sources',
  prune: 'sources',
} as const satisfies Record<JobName, QueueName>;
