import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadKeptToken } from '../admin-token.ts';
import { type Config, isLoopback } from '../config.ts';
import type { DataDirLock } from '../control/data-dir-lock.ts';
import type { Database } from '../db/client.ts';
import type { Freed } from '../db/leases.ts';
import { hasReaders } from '../db/subscribers.ts';
import type { Clock } from '../domain/clock.ts';
import { type Links, linksBelow } from '../domain/links.ts';
import { createTokens, type Tokens } from '../domain/tokens.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { createHandlers } from '../jobs/handlers.ts';
import type { Log } from '../jobs/job-log.ts';
import { keepLease, type Lease } from '../jobs/lease.ts';
import { type Keys, loadKeys } from '../keys.ts';
import { openSigner } from '../mail/dkim/open-signer.ts';
import { type Metrics, openMetrics } from '../metrics/metrics.ts';
import { postgresBackend, redisBackend } from '../queue/backend.ts';
import type { Handlers } from '../queue/jobs.ts';
import { openQueue, type Queue } from '../queue/queue.ts';
import { checkRedis } from '../queue/redis-server.ts';
import { type Alarms, createAlarms } from '../services/support/alarms.ts';
import { REAL_PAUSE } from '../services/support/patience.ts';
import type { Readiness } from '../services/support/readiness.ts';
import { ringBatches, ringFreed } from '../services/support/ring-due.ts';
import { createTermStatistics, type TermStatistics } from '../services/support/term-statistics.ts';
import { createTurns } from '../services/support/turns.ts';
import { readVersion } from '../version.ts';
import { describeAlarms } from './alarms.ts';
import { ANSWER_TIMEOUTS_MS, type AnswerTimeouts } from './answer-timeouts.ts';
import { type Closer, openStore, type Store } from './database.ts';
import { createEngine, type MailDeps, type MailParts, openMail } from './mail.ts';
import { once } from './once.ts';
import { openReadiness } from './readiness.ts';
import { type Sources, wireSources } from './sources.ts';

/** What the world outside gives: passed in, so that tests can pass their own. */
export interface Surroundings {
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  logger: Logger;
  /** Names this process to others, such as `host:pid`. */
  holder: string;
}

/** The parts of the program, wired. Mail parts are loaded when they are first needed. */
export interface Parts extends Surroundings {
  config: Config;
  database: Database;
  db: Database['db'];
  queue: Queue;
  keys: Keys;
  /** The operator's token where ADMIN_TOKEN is not set; null when there is none. */
  keptToken: string | null;
  tokens: Tokens;
  links: Links;
  termStatistics: TermStatistics;
  /** Where papers come from. */
  sources: Sources;
  alarms: Alarms;
  /** Held when the database is embedded. */
  lock: DataDirLock | null;
  /** Where mail is caught when no relay is set and this process sends. */
  inbox: Inbox | null;
  mail(): Promise<MailParts>;
  /** Opened by a worker before its first job; kept until `close`. */
  lease(): Promise<Lease>;
  handlers: Handlers;
  metrics: Metrics;
  readiness: Readiness;
  /** As SOURCES names them. */
  sourceNames: readonly string[];
  /** Of the sources: how many days after its listing a paper may be used. */
  usableAfterDays: readonly (0 | 1)[];
  /** Resolves when no batch is in hand any more. */
  settled(): Promise<void>;
  /** Aborted when the process is to end: nothing new is begun. */
  stopping: AbortController;
  /** Aborted when it ends whatever is left. */
  halting: AbortController;
  answerTimeoutsMs: AnswerTimeouts;
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
export async function openParts(
  config: Config,
  around: Surroundings,
  database?: Database,
  { catchMail = true, answerTimeoutsMs = ANSWER_TIMEOUTS_MS }: OpenOptions = {},
): Promise<Parts> {
  const closers: Closer[] = [];
  const close = async () => {
    const problems: unknown[] = [];
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((error) => problems.push(error));
    }
    if (problems.length > 0) throw problems[0];
  };
  try {
    const store = database
      ? { database, lock: null, left: [] }
      : await openStore(config, around.clock, closers);
    const options = { catchMail, answerTimeoutsMs };
    return await wire(config, around, { ...store, closers, close }, options);
  } catch (error) {
    await close();
    throw error;
  }
}

export interface OpenOptions {
  /** Open the local inbox when no relay is set. Off for what never sends, so that a port that is
   *  taken cannot stop it. @defaultValue true */
  catchMail?: boolean;
  /** @defaultValue ANSWER_TIMEOUTS_MS */
  answerTimeoutsMs?: AnswerTimeouts;
}

async function wire(
  config: Config,
  around: Surroundings,
  { database, lock, left, closers, close }: Store & { closers: Closer[]; close: Closer },
  { catchMail, answerTimeoutsMs }: Required<OpenOptions>,
): Promise<Parts> {
  const { clock, random, logger, holder } = around;
  const { db } = database;
  const onError = (error: Error) => logger.warn({ err: error }, 'a connection failed');

  const keys = await loadKeys({ ...config, mayMake: !(await hasReaders(db)) });
  const keptToken = await loadKeptToken(config);
  const tokens = createTokens(keys.secretKeys);
  const links = linksBelow(config.publicUrl);
  const within = (timeoutMs: number) => database.promptly(timeoutMs).db;
  const termStatistics = createTermStatistics({ db: within(answerTimeoutsMs.engine), clock });
  const signer = config.dkim === null ? null : await openSigner(config.dkim);

  if (config.redisUrl !== null) await checkRedis(config.redisUrl);
  const backend =
    config.redisUrl === null
      ? postgresBackend(database.pool)
      : redisBackend(config.redisUrl, onError);
  closers.push(() => backend.close());
  const queue = openQueue(backend, onError);
  closers.push(() => queue.close());
  if (left.length > 0) await ringFreed(queue, left, clock());

  const inbox = catchMail && config.smtpUrls.length === 0 ? await openLocalInbox(config) : null;
  if (inbox) closers.push(() => inbox.close());

  const takeTurn = createTurns({ db: within(answerTimeoutsMs.beat), sleep: REAL_PAUSE });
  const sources = wireSources(config, { clock, takeTurn });

  const usableAfterDays = sources.set.map((source) => source.usableAfterDays);

  const log: Log = (level, event, facts) => logger[level](facts, event);
  const stopping = new AbortController();
  const halting = new AbortController();
  const alarms = createAlarms({
    db: within(answerTimeoutsMs.sweep),
    clock,
    ...describeAlarms(log),
  });
  const metrics = openMetrics({ version: readVersion() });
  const mailDeps: MailDeps = {
    config,
    metrics,
    database,
    keys,
    tokens,
    links,
    termStatistics,
    clock,
    random,
    log,
    signer,
    alarms,
    usableAfterDays,
    onRelayBack: () => ringBatches({ db, queue }, clock()),
    relayUrls: inbox ? [`smtp://${inbox.host}:${inbox.port}`] : config.smtpUrls,
    stopping: stopping.signal,
    halting: halting.signal,
    answerTimeoutsMs,
  };
  const mail = once(async () => {
    const parts = await openMail(mailDeps);
    closers.push(() => parts.close());
    return parts;
  });
  const lease = once(async (): Promise<Lease> => {
    const onFreed = async ({ left, ...freed }: Freed) => {
      log('warn', 'deliveries of a dead worker are free', freed);
      await ringFreed(queue, left, clock());
    };
    const elapsedMs = () => performance.now();
    const beats = within(answerTimeoutsMs.beat);
    const kept = await keepLease(
      { db: beats, clock, elapsedMs, onFreed, onError, recorded: async () => recorded() },
      holder,
    );
    closers.push(() => kept.end());
    return kept;
  });
  const inHand = new Map<string, Promise<unknown>>();
  /** Of the engine, which needs the lease itself. */
  let recorded = async () => {};
  const engine = once(async () => {
    const { isAlive } = await lease();
    const opened = createEngine(mailDeps, await mail(), { isAlive, inHand });
    recorded = opened.window.recorded;
    return opened;
  });
  const handlers = createHandlers({
    db: within(answerTimeoutsMs.sweep),
    slowDb: within(answerTimeoutsMs.slow),
    queue,
    clock,
    random,
    log,
    composeAt: config.composeAt,
    composeWaitMs: config.composeWaitMinutes * 60_000,
    sources: sources.set,
    alarms,
    alertEmail: config.alertEmail,
    mailParts: mail,
    stopping: stopping.signal,
    deliveriesKeptDays: config.deliveriesKeptDays,
    lease,
    mail: engine,
    onJob: metrics.job,
  });
  return {
    ...around,
    config,
    database,
    db,
    queue,
    keys,
    keptToken,
    tokens,
    links,
    termStatistics,
    sources,
    alarms,
    lock,
    inbox,
    mail,
    lease,
    handlers,
    metrics,
    readiness: openReadiness({ config, database, queue, logger }),
    usableAfterDays,
    sourceNames: config.sources.names.map(({ name }) => name),
    settled: async () => void (await Promise.allSettled(inHand.values())),
    stopping,
    halting,
    answerTimeoutsMs,
    close,
  };
}

/** Caught mail holds links that sign in; it is never offered to the network. */
async function openLocalInbox(config: Config): Promise<Inbox> {
  const { openInbox } = await import('../inbox/inbox.ts');
  const host = isLoopback(config.host) ? config.host : '127.0.0.1';
  return openInbox({ host, port: config.inboxPort, folder: join(config.dataDir, 'inbox') });
}
