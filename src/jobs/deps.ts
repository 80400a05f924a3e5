import type { Db } from '../db/client.ts';
import type { Source } from '../domain/sources/source.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { TimeOfDay } from '../domain/time/schedule.ts';
import type { Queue } from '../queue/queue.ts';
import type { Alerts } from '../services/alerts/alerts.ts';
import type { NotifyDeps } from '../services/alerts/notify-operator.ts';
import type { DigestSender } from '../services/deliveries/digest-sender.ts';
import type { ClockGuard } from '../services/monitoring/clock-guard.ts';
import type { Log } from '../services/monitoring/log.ts';
import type { TermStatistics } from '../services/ranking/term-statistics.ts';
import type { TransactionalDeps } from '../services/transactional/send-transactional-email.ts';
import type { LibrarySources } from '../sources/lookups/open-lookups.ts';
import type { OnJob } from './job-log.ts';

export interface HandlerDeps {
  db: Db;
  /** For statements that may take minutes: composing, pruning. */
  slowDb: Db;
  queue: Queue;
  clock: Clock;
  /** While it says that the clock is wrong, nothing runs that depends on the time. */
  clockGuard: Pick<ClockGuard, 'isRight' | 'databaseClock'>;
  /** 0 to 1; spreads the requests of many installations. */
  random: () => number;
  log: Log;
  composeAt: TimeOfDay;
  /** How long to wait for late papers, in ms. */
  composeWaitMs: number;
  deliveriesKeptDays: number;
  /** The configured sources. */
  sources: readonly Source[];
  /** The sites that papers of a library are looked up at. */
  librarySources: LibrarySources;
  allowsLookups: boolean;
  termStatistics: TermStatistics;
  alerts: Alerts;
  /** The address that alerts are mailed to; null for none. */
  alertEmail: string | null;
  /** Opened when the first alert is mailed. */
  alertMail: NotifyDeps['mail'];
  /** Opened when the first transactional e-mail is sent. */
  transactional: () => Promise<TransactionalDeps>;
  /** Opened when the first digest is sent. */
  digestSender: () => Promise<Pick<DigestSender, 'deliverBatch'>>;
  /** Called when a job has ended. */
  onJob?: OnJob;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}
