import type { Db } from '../db/client.ts';
import type { Source } from '../domain/sources/source.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { TimeOfDay } from '../domain/time/schedule.ts';
import type { Queue } from '../queue/queue.ts';
import type { Alerts } from '../services/alerts/alerts.ts';
import type { NotifyDeps } from '../services/alerts/notify-operator.ts';
import type { DeliverDeps } from '../services/deliveries/deliver-batch.ts';
import type { Lease } from '../services/deliveries/lease.ts';
import type { TransactionalDeps } from '../services/transactional/send-transactional-email.ts';
import type { Log, OnJob } from './job-log.ts';

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
  /** What single mails need; loaded when the first one goes out. */
  mailServices: NotifyDeps['mail'];
  /** What sending needs; loaded when the first mail goes out. */
  engine: () => Promise<DeliverDeps & TransactionalDeps>;
  lease: () => Promise<Lease>;
  /** Called with each job that ended, and how long it took. */
  onJob?: OnJob;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}
