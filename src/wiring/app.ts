import type { Logger } from 'pino';
import type { DataDirLock } from '../control/data-dir-lock.ts';
import type { Database } from '../db/client.ts';
import { hasEverHadSubscribers } from '../db/subscribers/subscribers.ts';
import { createLinks, type Links } from '../domain/links/links.ts';
import { createLinkTokens, type LinkTokens } from '../domain/links/tokens.ts';
import {
  type ClassifyNonWorkingDay,
  createNonWorkingDayClassifier,
} from '../domain/sources/working-days.ts';
import type { Clock } from '../domain/time/clock.ts';
import { MINUTE_MS } from '../domain/time/units.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { createHandlers } from '../jobs/handlers.ts';
import { openSigner } from '../mail/dkim/open-signer.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import type { Handlers } from '../queue/jobs.ts';
import type { Queue } from '../queue/queue.ts';
import { type Alerts, createAlerts } from '../services/alerts/alerts.ts';
import { createAlertLogger } from '../services/alerts/log-alerts.ts';
import { enqueueReleased } from '../services/deliveries/enqueue-due.ts';
import type { Lease } from '../services/deliveries/lease.ts';
import { abortableSleep } from '../services/deliveries/retry-transient.ts';
import type { Log } from '../services/monitoring/log.ts';
import type { ReadinessProbe } from '../services/monitoring/readiness.ts';
import { createTermStatistics, type TermStatistics } from '../services/ranking/term-statistics.ts';
import { createHostPermits } from '../services/sources/host-permits.ts';
import { loadStoredAdminToken } from '../settings/admin-token.ts';
import type { Config } from '../settings/config.ts';
import { type Keys, loadKeys } from '../settings/keys.ts';
import { readVersion } from '../version.ts';
import { type Closer, type OpenedDatabase, openPreparedDatabase } from './database.ts';
import { openLocalInbox } from './inbox.ts';
import type { MailServices } from './mail.ts';
import { QUERY_TIMEOUTS_MS, type QueryTimeoutsMs } from './query-timeouts.ts';
import { openConfiguredQueue } from './queue.ts';
import { openReadinessProbe } from './readiness.ts';
import { wireSending } from './sending.ts';
import { createSourceRegistry, type SourceRegistry } from './sources.ts';

/** What the world outside gives: passed in, so that tests can pass their own. */
export interface Runtime {
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  logger: Logger;
  /** Names this process to others, such as `host:pid`. */
  instanceId: string;
}

/** The parts of the program, wired. Mail parts are loaded when they are first needed. */
export interface App extends Runtime {
  config: Config;
  database: Database;
  db: Database['db'];
  queue: Queue;
  keys: Keys;
  /** The operator's token where ADMIN_TOKEN is not set; null when there is none. */
  storedAdminToken: string | null;
  tokens: LinkTokens;
  links: Links;
  termStatistics: TermStatistics;
  /** Where papers come from. */
  sources: SourceRegistry;
  alerts: Alerts;
  /** Whether the database is embedded: then this process is the only one, with all roles. */
  isEmbedded: boolean;
  /** Held when the database is embedded. */
  dataDirLock: DataDirLock | null;
  /** Where mail is caught when no relay is set and this process sends. */
  inbox: Inbox | null;
  mail(): Promise<MailServices>;
  /** Opened by a worker before its first job; kept until `close`. */
  lease(): Promise<Lease>;
  handlers: Handlers;
  metrics: Metrics;
  readiness: ReadinessProbe;
  /** As SOURCES names them. */
  sourceNames: readonly string[];
  /** For the configured sources. */
  classifyNonWorkingDay: ClassifyNonWorkingDay;
  /** Resolves when no batch is active and every reply is followed up. */
  waitForBatches(): Promise<void>;
  /** Aborted when the process is to end: nothing new is begun. */
  stopping: AbortController;
  /** Aborted when it ends whatever is left. */
  forceStop: AbortController;
  queryTimeoutsMs: QueryTimeoutsMs;
  /** Stops what runs, in the reverse order of opening. */
  close(): Promise<void>;
}

/**
 * Opens and wires everything that `config` names. An embedded database is locked, migrated and given
 * the topics; a server must have been migrated. A `database` that is given is used as it is and stays
 * the caller's.
 * @throws PaperboyError `NOT_MIGRATED`, `DATA_DIR_LOCKED`, `DATABASE_UNREACHABLE`, `QUEUE_UNREACHABLE`,
 * `DKIM_DOES_NOT_VERIFY`, or what else opening a part throws.
 */
export async function openApp(
  config: Config,
  runtime: Runtime,
  database?: Database,
  { catchesMail = true, queryTimeoutsMs = QUERY_TIMEOUTS_MS }: OpenAppOptions = {},
): Promise<App> {
  const closers: Closer[] = [];
  const close = async () => {
    const errors: unknown[] = [];
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((error) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  };
  try {
    const opened = database
      ? { database, isEmbedded: false, dataDirLock: null, releasedBatches: [] }
      : await openPreparedDatabase(config, runtime.clock, closers);
    const options = { catchesMail, queryTimeoutsMs };
    return await wireApp(config, runtime, { ...opened, closers, close }, options);
  } catch (error) {
    await close();
    throw error;
  }
}

export interface OpenAppOptions {
  /** Open the local inbox when no relay is set. Off for what never sends, so that a port that is
   *  taken cannot stop it. @defaultValue true */
  catchesMail?: boolean;
  /** @defaultValue ANSWER_TIMEOUTS_MS */
  queryTimeoutsMs?: QueryTimeoutsMs;
}

async function wireApp(
  config: Config,
  runtime: Runtime,
  opened: OpenedDatabase & { closers: Closer[]; close: Closer },
  { catchesMail, queryTimeoutsMs }: Required<OpenAppOptions>,
): Promise<App> {
  const { clock, logger } = runtime;
  const { database, closers, close } = opened;
  const { db } = database;
  const dbWithTimeout = (timeoutMs: number) => database.withQueryTimeout(timeoutMs).db;
  const log: Log = (level, event, facts) => logger[level](facts, event);

  const keys = await loadKeys({ ...config, mayMake: !(await hasEverHadSubscribers(db)) });
  const storedAdminToken = await loadStoredAdminToken(config);
  const tokens = createLinkTokens(keys.secretKeys);
  const links = createLinks(config.publicUrl);
  const signer = config.dkim === null ? null : await openSigner(config.dkim);

  const onError = (err: Error) => log('warn', 'queue connection failed', { err });
  const queue = await openConfiguredQueue(config, database, { closers, onError });
  if (opened.releasedBatches.length > 0)
    await enqueueReleased(queue, opened.releasedBatches, clock());

  const inbox = catchesMail && config.smtpUrls.length === 0 ? await openLocalInbox(config) : null;
  if (inbox) closers.push(() => inbox.close());

  const acquireHostPermit = createHostPermits({
    db: dbWithTimeout(queryTimeoutsMs.heartbeat),
    sleep: abortableSleep,
  });
  const sources = createSourceRegistry(config, { clock, acquireHostPermit });
  const alerts = createAlerts({
    db: dbWithTimeout(queryTimeoutsMs.sweep),
    clock,
    ...createAlertLogger(log),
  });
  const metrics = createMetrics({ version: readVersion() });
  const stopping = new AbortController();
  const forceStop = new AbortController();
  const services = {
    ...runtime,
    config,
    database,
    queue,
    keys,
    tokens,
    links,
    alerts,
    metrics,
    termStatistics: createTermStatistics({ db: dbWithTimeout(queryTimeoutsMs.engine), clock }),
    classifyNonWorkingDay: createNonWorkingDayClassifier(sources.configured),
    queryTimeoutsMs,
  };
  const sending = wireSending(
    {
      ...services,
      log,
      signer,
      relayUrls: inbox ? [`smtp://${inbox.host}:${inbox.port}`] : config.smtpUrls,
      stopping: stopping.signal,
      forceStop: forceStop.signal,
    },
    closers,
  );
  const handlers = createHandlers({
    ...services,
    ...sending,
    composeAt: config.composeAt,
    alertEmail: config.alertEmail,
    deliveriesKeptDays: config.deliveriesKeptDays,
    db: dbWithTimeout(queryTimeoutsMs.sweep),
    slowDb: dbWithTimeout(queryTimeoutsMs.slow),
    log,
    composeWaitMs: config.composeWaitMinutes * MINUTE_MS,
    sources: sources.configured,
    alertMail: sending.mail,
    stopping: stopping.signal,
    onJob: metrics.observeJob,
  });
  return {
    ...services,
    ...sending,
    db,
    storedAdminToken,
    sources,
    isEmbedded: opened.isEmbedded,
    dataDirLock: opened.dataDirLock,
    inbox,
    handlers,
    readiness: openReadinessProbe({ config, database, queue, logger }),
    sourceNames: config.sources.names.map(({ name }) => name),
    waitForBatches: async () => (await sending.digestSender.ifLoaded())?.drain(),
    stopping,
    forceStop,
    close,
  };
}
