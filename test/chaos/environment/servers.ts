import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type ProcessEnvironment, pause, runPaperboyOk } from '../../processes/support/paperboy.ts';
import { startPostgres } from '../../servers/postgres.ts';
import type { RestartableTestServer } from '../../servers/programs.ts';
import { startRedis } from '../../servers/redis.ts';
import { executeOnServer, urlOfDatabase } from '../../support/database-server.ts';
import type { Random } from '../../support/random.ts';
import type { ProcessFault } from '../checks/evidence.ts';
import { openPostgresProxy, type PostgresProxy } from '../postgres/proxy.ts';
import { CONNECTIONS } from '../settings.ts';
import { openFaultySmtpServer } from '../smtp/faulty-server.ts';
import { createAdjustableClock } from './clock.ts';
import type { ChaosEnvironment } from './environment.ts';
import { type ChaosQueries, createChaosQueries, type SendHour } from './queries.ts';
import { planMissedDigest } from './send-hours.ts';
import { extractError, type SupervisedProcess, superviseProcess } from './supervised-process.ts';
import { waitUntil } from './waits.ts';

/** An environment on PostgreSQL and perhaps Redis, with the parts that only servers have. */
export interface ServerEnvironment extends ChaosEnvironment {
  deployment: 'servers';
  /** Null when the queue is in PostgreSQL. */
  redis: RestartableTestServer | null;
  postgres: RestartableTestServer;
  /** URL of the database, not through a proxy. */
  readonly databaseUrl: string;
  /** Connects to PostgreSQL directly, not through a proxy. */
  readonly database: pg.Pool;
  queries: ChaosQueries;
  /** Stores subscribers with these hours, beside those of `startDigest`. */
  addSubscribers(count: number, hours: readonly SendHour[]): Promise<void>;
  /** The running scheduler; null before `startDigest`. */
  scheduler(): SupervisedProcess | null;
  /** Starts another process, such as `start api`. */
  open(argv: readonly string[], options?: OpenOptions): Promise<SupervisedProcess>;
  /** Stops or resumes what one process and the database say to each other; all by default. */
  setBlackholed(isBlackholed: boolean, supervised?: SupervisedProcess): void;
  /** Cuts everybody off from PostgreSQL and continues with the same database of another server. */
  failOverTo(server: Pick<RestartableTestServer, 'url'>): Promise<void>;
}

interface OpenOptions {
  env?: Record<string, string>;
  /** The clock of this process, when it must not be that of all. */
  clockEnv?: Record<string, string>;
  /** The `dist/main.js` of another build. */
  main?: string;
}

/** PostgreSQL with a migrated database with the seed papers, which each environment copies. */
export interface ServerTemplate {
  postgres: RestartableTestServer;
  stop(): Promise<void>;
}

const TEMPLATE_DATABASE = 'paperboy_template';

/** The settings of the processes. */
function settings(postgresUrl: string, database: string): Record<string, string> {
  return {
    DATABASE_URL: urlOfDatabase(postgresUrl, database),
    SMTP_URL: 'smtp://127.0.0.1:1',
    SMTP_CONNECTIONS: String(CONNECTIONS),
    POSTAL_ADDRESS: '1 Paper Street',
    SOURCES: 'none',
    SECRET_KEY: 'k'.repeat(32),
    SUPPRESSION_KEY: 's'.repeat(32),
  };
}

const DAY_MS = 86_400_000;

/** A day whose papers any digest of today or yesterday may contain. */
export function dayOfPapers(): string {
  return new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
}

export async function openServerTemplate(): Promise<ServerTemplate> {
  const postgres = await startPostgres({});
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  try {
    await executeOnServer(postgres.url, `CREATE DATABASE ${TEMPLATE_DATABASE}`);
    const commandEnvironment = { cwd, env: settings(postgres.url, TEMPLATE_DATABASE) };
    await runPaperboyOk('migrate', commandEnvironment);
    await runPaperboyOk('seed', commandEnvironment);
    const database = new pg.Pool({ connectionString: commandEnvironment.env.DATABASE_URL });
    const queries = createChaosQueries(
      async (sql, values = []) => (await database.query(sql, [...values])).rows,
    );
    await queries.movePapersTo(dayOfPapers());
    await queries.recordHistory();
    await database.end();
    return { postgres, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

export interface EnvironmentOptions {
  random: Random;
  log: (line: string) => void;
  /** Number of workers. @defaultValue 2 */
  workers?: number;
  /** Whether the wall clock of the processes can be changed. */
  movesClock?: boolean;
  /** Whether PostgreSQL is one of its own; with `movesClock` it follows the clock. */
  ownsPostgres?: boolean;
  /** @defaultValue 'redis' */
  queue?: 'redis' | 'postgres';
  /** Relays of each worker. @defaultValue 1 */
  relays?: number;
  /** Whether all workers use the same relays, instead of listeners of their own. */
  sharesRelays?: boolean;
  /** Further settings. */
  env?: Record<string, string>;
}

export async function openServerEnvironment(
  template: ServerTemplate,
  {
    random,
    log,
    workers = 2,
    movesClock = false,
    ownsPostgres = false,
    queue = 'redis',
    relays = 1,
    sharesRelays = false,
    env: given = {},
  }: EnvironmentOptions,
): Promise<ServerEnvironment> {
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const clock = movesClock ? await createAdjustableClock() : null;
  const postgres = ownsPostgres
    ? await startPostgres({}, { copyOf: template.postgres.url, ...(clock && { env: clock.env }) })
    : template.postgres;
  const name = `paperboy_${randomBytes(6).toString('hex')}`;
  await executeOnServer(postgres.url, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  const redis = queue === 'redis' ? await startRedis() : null;
  const sink = openFaultySmtpServer();
  const commandEnvironment: ProcessEnvironment = {
    cwd,
    env: {
      ...settings(postgres.url, name),
      ...(redis && { REDIS_URL: redis.url }),
      ...clock?.env,
      ...given,
    },
  };
  let databaseUrl = commandEnvironment.env.DATABASE_URL ?? '';
  let database = openPool(databaseUrl);
  const queries = createChaosQueries((sql, values = []) => queryWithRetry(database, sql, values));

  const proxies = new Map<SupervisedProcess, PostgresProxy>();
  const workerProcesses: SupervisedProcess[] = [];
  const faults: ProcessFault[] = [];
  const crashes: string[] = [];
  const sharedListeners: Awaited<ReturnType<typeof sink.openListener>>[] = [];
  let scheduler: SupervisedProcess | null = null;
  let subscribers = 0;

  const noteFault = (pid: number, kind: ProcessFault['kind']) =>
    void faults.push({ pid, kind, at: Date.now() });
  const openProcess = async (
    argv: readonly string[],
    listenerIndex: number,
    { env = {}, clockEnv = {}, main }: OpenOptions = {},
  ) => {
    const proxy = await openPostgresProxy(databaseUrl);
    const supervised = superviseProcess({
      ...{ argv, listenerIndex, ...(main !== undefined && { main }) },
      environment: {
        cwd,
        env: { ...commandEnvironment.env, DATABASE_URL: proxy.url, ...env, ...clockEnv },
      },
      onKill: (pid) => noteFault(pid, 'killed'),
      onCrash: (stderr) => crashes.push(extractError(stderr)),
    });
    proxies.set(supervised, proxy);
    return supervised;
  };
  const openWorker = async (options: OpenOptions = {}) => {
    const listeners = sharesRelays ? sharedListeners : [];
    while (listeners.length < relays) listeners.push(await sink.openListener());
    const env = { SMTP_URL: listeners.map(({ url }) => url).join(','), ...options.env };
    const index = listeners[0]?.listenerIndex ?? -1;
    const worker = await openProcess(['start', 'worker'], index, { ...options, env });
    workerProcesses.push(worker);
    return worker;
  };
  const addSubscribers = async (count: number, hours: readonly SendHour[]) => {
    await queries.addSubscribers(count, hours, subscribers);
    subscribers += count;
  };
  for (let n = 0; n < workers; n += 1) await openWorker();
  await Promise.all(workerProcesses.map((supervised) => supervised.waitUntilRunning()));

  return {
    deployment: 'servers',
    ...{ random, log, sink, commandEnvironment, faults, crashes, noteFault },
    ...{ redis, postgres, queries },
    get databaseUrl() {
      return databaseUrl;
    },
    get database() {
      return database;
    },
    processes: workerProcesses,
    hasOneClock: !movesClock,
    subscriberCount: () => subscribers,
    digestDates: async () => (await queries.digests()).map(({ date }) => date),
    addSubscribers,
    startDigest: async (subscriberCount) => {
      const { composeAt, hours } = planMissedDigest(new Date());
      await addSubscribers(subscriberCount, hours);
      scheduler = await openProcess(['start', 'scheduler'], -1, { env: { COMPOSE_AT: composeAt } });
      await waitUntil('a digest was composed', async () => (await queries.digests()).length > 0);
    },
    countOpen: ({ withDeferred = true } = {}) =>
      queries.countInStates([
        ...(['pending', 'claimed', 'sending'] as const),
        ...(withDeferred ? (['deferred'] as const) : []),
      ]),
    withDatabase: (ask) => ask(queries),
    injectCommitFaults: (supervised, injector) => proxies.get(supervised)?.injectFaults(injector),
    setBlackholed: (isBlackholed, supervised) => {
      for (const [each, proxy] of proxies)
        if (supervised === undefined || each === supervised) proxy.setBlackholed(isBlackholed);
    },
    failOverTo: async (server) => {
      databaseUrl = urlOfDatabase(server.url, name);
      commandEnvironment.env.DATABASE_URL = databaseUrl;
      for (const proxy of proxies.values()) proxy.redirectTo(databaseUrl);
      const before = database;
      database = openPool(databaseUrl);
      await before.end();
    },
    moveClock: async (offsetSeconds) => clock?.setOffset(offsetSeconds),
    scheduler: () => scheduler,
    open: async (argv, options) =>
      argv[1] === 'worker' ? openWorker(options) : openProcess(argv, -1, options),
    close: async () => {
      await Promise.all([...proxies.keys()].map((supervised) => supervised.remove()));
      for (const proxy of proxies.values()) await proxy.close();
      await sink.close();
      await database.end();
      await redis?.stop();
      if (ownsPostgres) await postgres.stop();
      else await executeOnServer(postgres.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await clock?.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

function openPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 });
  pool.on('error', () => undefined);
  return pool;
}

/** Retries while PostgreSQL recovers from a crash that the scenario caused. */
async function queryWithRetry(
  database: pg.Pool,
  sql: string,
  values: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await database.query(sql, [...values])).rows;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      const isTransient =
        /^(57P|08|53300|ECONN|EPIPE)/.test(code) || /terminated/.test(String(error));
      if (!isTransient || attempt === 100) throw error;
      await pause(100);
    }
  }
}
