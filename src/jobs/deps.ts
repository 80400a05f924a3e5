import type { Db } from '../db/client.ts';
import type { Source } from '../domain/sources/source.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { TimeOfDay } from '../domain/time/schedule.ts';
import type { Queue } from '../queue/queue.ts';
import type { Alerts } from '../services/alerts/alerts.ts';
import type { NotifyDeps } from '../services/alerts/notify-operator.ts';
import type { DigestSender } from '../services/deliveries/digest-sender.ts';
import type { Log } from '../services/monitoring/log.ts';
import type { TransactionalDeps } from '../services/transactional/send-transactional-email.ts';
import type { OnJob } from './job-log.ts';

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
  alerts: Alerts;
  /** Who is mailed about alarms; null for nobody. */
  alertEmail: string | null;
  /** Opened when the first alert is mailed. */
  alertMail: NotifyDeps['mail'];
  /** Opened when the first transactional e-mail is sent. */
  transactional: () => Promise<TransactionalDeps>;
  /** Opened when the first digest is sent. */
  digestSender: () => Promise<Pick<DigestSender, 'deliverBatch'>>;
  /** Called with each job that ended, and how long it took. */
  onJob?: OnJob;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}
