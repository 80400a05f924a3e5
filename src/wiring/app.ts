import type { DataDirLock } from '../control/data-dir-lock.ts';
import type { Database } from '../db/client.ts';
import { MINUTE_MS } from '../domain/time/units.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { createHandlers } from '../jobs/handlers.ts';
import { openSigner } from '../mail/dkim/open-signer.ts';
import type { Handlers } from '../queue/jobs.ts';
import { enqueueReleased } from '../services/deliveries/enqueue-batches.ts';
import type { Lease } from '../services/deliveries/lease.ts';
import type { SendSuspension } from '../services/deliveries/send-suspension.ts';
import type { ReadinessProbe } from '../services/monitoring/readiness.ts';
import { loadStoredAdminToken } from '../settings/admin-token.ts';
import type { Config } from '../settings/config.ts';
import { type Core, openCore, type Runtime } from './core.ts';
import { type Closer, closeAll, type OpenedDatabase, openPreparedDatabase } from './database.ts';
import { openLocalInbox } from './inbox.ts';
import type { MailServices } from './mail.ts';
import { QUERY_TIMEOUTS_MS, type QueryTimeoutsMs } from './query-timeouts.ts';
import { openReadinessProbe } from './readiness.ts';
import { wireSending } from './sending.ts';

/** The program, wired. What sends mail is opened when it is first needed. */
export interface App extends Core {
  db: Database['db'];
  /** The operator's token where ADMIN_TOKEN is not set; null when there is none. */
  storedAdminToken: string | null;
  /** Whether the database is embedded: then this process is the only one and has all roles. */
  isEmbedded: boolean;
  /** Held while the database is embedded. */
  dataDirLock: DataDirLock | null;
  /** Catches mail when no relay is set and this process sends. */
  inbox: Inbox | null;
  mail(): Promise<MailServices>;
  /** While this process is to send nothing. */
  suspension: SendSuspension;
  /** Opened by a worker before its first job; kept until `close`. */
  lease(): Promise<Lease>;
  handlers: Handlers;
  readiness: ReadinessProbe;
  /** As SOURCES names them. */
  sourceNames: readonly string[];
  /** Resolves when no batch is active and every reply is followed up. */
  waitForBatches(): Promise<void>;
  /** Aborted when the process is to end: nothing new is started. */
  stopping: AbortController;
  /** Aborted when the process ends whatever still runs. */
  forceStop: AbortController;
  /** Closes everything in the reverse order of opening. */
  close(): Promise<void>;
}

/**
 * Opens and wires everything that `config` names. An embedded database is locked, migrated and
 * given the seed topics; a server must have been migrated. A given `database` is used as it is and
 * stays the caller's.
 * @throws PaperboyError `NOT_MIGRATED`, `DATA_DIR_LOCKED`, `DATABASE_UNREACHABLE`,
 * `QUEUE_UNREACHABLE`, `DKIM_DOES_NOT_VERIFY`, or what opening another part throws.
 */
export async function openApp(
  config: Config,
  runtime: Runtime,
  database?: Database,
  { catchesMail = true, queryTimeoutsMs = QUERY_TIMEOUTS_MS }: OpenAppOptions = {},
): Promise<App> {
  const closers: Closer[] = [];
  const close = () => closeAll(closers);
  try {
    const opened = database
      ? { database, isEmbedded: false, dataDirLock: null, releasedBatches: [] }
      : await openPreparedDatabase(config, runtime.clock, closers);
    const core = await openCore(config, runtime, { ...opened, closers, queryTimeoutsMs });
    return await wireApp(core, { ...opened, closers, close, catchesMail });
  } catch (error) {
    await close();
    throw error;
  }
}

interface OpenAppOptions {
  /** Whether to open the local inbox when no relay is set. Off for a process that never sends, so
   *  that a used port cannot stop it. @defaultValue true */
  catchesMail?: boolean;
  /** @defaultValue QUERY_TIMEOUTS_MS */
  queryTimeoutsMs?: QueryTimeoutsMs;
}

async function wireApp(
  core: Core,
  {
    dataDirLock,
    isEmbedded,
    releasedBatches,
    closers,
    close,
    catchesMail,
  }: OpenedDatabase & { closers: Closer[]; close: Closer; catchesMail: boolean },
): Promise<App> {
  const { config, database, queue, clock, metrics, queryTimeoutsMs } = core;
  const storedAdminToken = await loadStoredAdminToken(config);
  const signer = config.dkim === null ? null : await openSigner(config.dkim);
  if (releasedBatches.length > 0) await enqueueReleased(queue, releasedBatches, clock());
  const inbox = catchesMail && config.smtpUrls.length === 0 ? await openLocalInbox(config) : null;
  if (inbox) closers.push(() => inbox.close());
  const stopping = new AbortController();
  const forceStop = new AbortController();
  const sending = wireSending(
    {
      ...core,
      signer,
      relayUrls: inbox ? [`smtp://${inbox.host}:${inbox.port}`] : config.smtpUrls,
      stopping: stopping.signal,
      forceStop: forceStop.signal,
    },
    closers,
  );
  const handlers = createHandlers({
    ...core,
    ...sending,
    db: database.withQueryTimeout(queryTimeoutsMs.sweep).db,
    slowDb: database.withQueryTimeout(queryTimeoutsMs.slow).db,
    composeAt: config.composeAt,
    composeWaitMs: config.composeWaitMinutes * MINUTE_MS,
    alertEmail: config.alertEmail,
    deliveriesKeptDays: config.deliveriesKeptDays,
    sources: core.sources.configured,
    librarySources: core.sources.library,
    allowsLookups: config.sources.allowsLookups,
    alertMail: sending.mail,
    stopping: stopping.signal,
    onJob: metrics.observeJob,
  });
  return {
    ...core,
    ...sending,
    db: database.db,
    storedAdminToken,
    isEmbedded,
    dataDirLock,
    inbox,
    handlers,
    readiness: openReadinessProbe(core),
    sourceNames: config.sources.names.map(({ name }) => name),
    waitForBatches: async () => (await sending.digestSender.ifLoaded())?.drain(),
    stopping,
    forceStop,
    close,
  };
}
