import type { Db } from '../db/client.ts';
import type { Clock } from '../domain/clock.ts';
import type { Source } from '../domain/fetched.ts';
import type { TimeOfDay } from '../domain/schedule.ts';
import type { Queue } from '../queue/queue.ts';
import type { DeliverDeps } from '../services/deliver-batch.ts';
import type { LetterDeps } from '../services/send-letter.ts';
import type { Alarms } from '../services/support/alarms.ts';
import type { TellDeps } from '../services/tell-alarms.ts';
import type { Log, OnJob } from './job-log.ts';
import type { Lease } from './lease.ts';

export interface HandlerDeps {
  db: Db;
  /** For what may take minutes: composing, tidying up. */
  slowDb: Db;
  queue: Queue;
  clock: Clock;
  /** 0 to 1; spreads what many installations would do at once. */
  random: () => number;
  log: Log;
  composeAt: TimeOfDay;
  /** How long papers that are late are waited for, in ms. */
  composeWaitMs: number;
  deliveriesKeptDays: number;
  /** Where papers come from. */
  sources: readonly Source[];
  alarms: Alarms;
  /** Who is mailed about alarms; null for nobody. */
  alertEmail: string | null;
  /** What single mails need; loaded when the first one goes out. */
  mailParts: TellDeps['mail'];
  /** What sending needs; loaded when the first mail goes out. */
  mail: () => Promise<DeliverDeps & LetterDeps>;
  lease: () => Promise<Lease>;
  /** Called with each job that ended, and how long it took. */
  onJob?: OnJob;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}
