import type { DigestKind } from '../domain/digests/digest.ts';

/** Every job by name with what it carries: ids, never content. Postgres is the truth, a job only a
 *  doorbell; each may ring twice or be lost. */
export interface JobMap {
  /** Compose the digest that is due, if it is. */
  compose: { kind: DigestKind };
  /** Ring for everything that is due, and end what has run out. */
  sweep: Record<string, never>;
  /** Send what is due in a batch of a digest. */
  batch: { digestId: number; batch: number };
  /** Send one letter. */
  'transactional-email': { emailId: number };
  /** Ask a source for papers, if it is due. */
  fetch: { source: string };
  /** Look at the installation: raise, end and mail alarms. */
  monitor: Record<string, never>;
  /** Remove what is not needed any more. */
  prune: Record<string, never>;
}

export type JobName = keyof JobMap;

/** `jobId` is the queue's own, for the log. */
export type Handlers = {
  [Name in JobName]: (data: JobMap[Name], jobId?: string) => Promise<void>;
};

export const QUEUE_NAMES = ['schedule', 'sources', 'deliveries', 'transactional'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** Which queue a job waits in, so that a long morning does not hold up confirmations, nor
 *  a slow source composing. */
export const QUEUE_BY_JOB = {
  compose: 'schedule',
  sweep: 'schedule',
  batch: 'deliveries',
  'transactional-email': 'transactional',
  fetch: 'sources',
  monitor: 'sources',
  prune: 'schedule',
} as const satisfies Record<JobName, QueueName>;
