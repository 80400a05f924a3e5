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
import { openPostgresProxy, type PostgresProxy } from '../postgres/proxy.ts';
import { CONNECTIONS, DAY } from '../settings.ts';
import { openFaultySmtpServer } from '../smtp/faulty-server.ts';
import { createAdjustableClock } from './clock.ts';
import { type ChaosEnvironment, createSendCommand } from './environment.ts';
import { createChaosQueries } from './queries.ts';
import {
  extractError,
  type SupervisedProcess,
  type SupervisedProcessOptions,
  superviseProcess,
} from './supervised-process.ts';

/** An environment on PostgreSQL and Redis, with the parts that only servers have. */
export interface ServerEnvironment extends ChaosEnvironment {
  deployment: 'servers';
  redis: RestartableTestServer;
  postgres: RestartableTestServer;
  /** Connects to PostgreSQL directly, not through a proxy. */
  database: pg.Pool;
  /** Starts another process, such as `start scheduler`. */
  open(argv: readonly string[], env?: Record<string, string>): SupervisedProcess;
  /** From now on the leases of killed workers expire after their full time, as in production. */
  keepLeasesOfKilledWorkers(): void;
}

/** PostgreSQL with a migrated database with the seed papers, which each environment copies. */
export interface ServerTemplate {
  postgres: RestartableTestServer;
  stop(): Promise<void>;
}

const TEMPLATE_DATABASE = 'paperboy_template';

/** The settings of the processes. */
function settings(postgresUrl: string, database: string, redisUrl: string): Record<string, string> {
  return {
    DATABASE_URL: urlOfDatabase(postgresUrl, database),
    REDIS_URL: redisUrl,
    SMTP_URL: 'smtp://127.0.0.1:1',
    SMTP_CONNECTIONS: String(CONNECTIONS),
    POSTAL_ADDRESS: '1 Paper Street',
    SOURCES: 'none',
    SECRET_KEY: 'k'.repeat(32),
    SUPPRESSION_KEY: 's'.repeat(32),
  };
}

export async function openServerTemplate(): Promise<ServerTemplate> {
  const postgres = await startPostgres({});
  const redis = await startRedis();
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  try {
    await executeOnServer(postgres.url, `CREATE DATABASE ${TEMPLATE_DATABASE}`);
    const commandEnvironment = { cwd, env: settings(postgres.url, TEMPLATE_DATABASE, redis.url) };
    await runPaperboyOk('migrate', commandEnvironment);
    await runPaperboyOk('seed', commandEnvironment);
    return { postgres, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  } finally {
    await redis.stop();
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
}

export async function openServerEnvironment(
  { postgres }: ServerTemplate,
  { random, log, workers = 2, movesClock = false }: EnvironmentOptions,
): Promise<ServerEnvironment> {
  const name = `paperboy_${randomBytes(6).toString('hex')}`;
  await executeOnServer(postgres.url, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  const redis = await startRedis();
  const sink = openFaultySmtpServer();
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const clock = movesClock ? await createAdjustableClock(cwd) : null;
  const commandEnvironment: ProcessEnvironment = {
    cwd,
    env: { ...settings(postgres.url, name, redis.url), ...clock?.env },
  };
  const url = commandEnvironment.env.DATABASE_URL ?? '';
  const database = new pg.Pool({ connectionString: url, max: 3 });
  database.on('error', () => undefined);
  const queries = createChaosQueries((sql, values = []) => queryWithRetry(database, sql, values));

  const proxies: PostgresProxy[] = [];
  const processes: SupervisedProcess[] = [];
  const otherProcesses: SupervisedProcess[] = [];
  const sendingAtKills: number[] = [];
  const crashes: string[] = [];
  let expiresLeases = true;

  const onCrash = (stderr: string) => crashes.push(extractError(stderr));
  const afterKill: SupervisedProcessOptions['afterKill'] = async (pid) => {
    // PostgreSQL may still be running the last statement of the dead process.
    await pause(30);
    sendingAtKills.push(await queries.countSending(pid));
    if (expiresLeases) await queries.expireLease(pid);
  };
  for (let n = 0; n < workers; n += 1) {
    const { listenerIndex, url: smtpUrl } = await sink.openListener();
    const proxy = await openPostgresProxy(url);
    proxies.push(proxy);
    const env = { ...commandEnvironment.env, DATABASE_URL: proxy.url, SMTP_URL: smtpUrl };
    processes.push(
      superviseProcess({
        listenerIndex,
        argv: ['start', 'worker'],
        environment: { cwd, env },
        afterKill,
        onCrash,
      }),
    );
  }
  await Promise.all(processes.map((supervised) => supervised.waitUntilRunning()));
  const sendCommand = createSendCommand(commandEnvironment, {
    date: DAY,
    waitUntilReady: async () => undefined,
  });

  return {
    deployment: 'servers',
    ...{
      random,
      log,
      sink,
      processes,
      commandEnvironment,
      sendCommand,
      sendingAtKills,
      crashes,
    },
    ...{ redis, postgres, database },
    compose: async (subscriberCount) => {
      await queries.addSubscribers(subscriberCount);
      await runPaperboyOk(`digest compose --date ${DAY}`, commandEnvironment);
    },
    withDatabase: (ask) => ask(queries),
    injectCommitFaults: (supervised, injector) =>
      proxies[processes.indexOf(supervised)]?.injectFaults(injector),
    moveClock: async (offsetSeconds) => clock?.setOffset(offsetSeconds),
    open: (argv, env = {}) => {
      const supervised = superviseProcess({
        ...{
          listenerIndex: -1,
          argv,
          environment: { cwd, env: { ...commandEnvironment.env, ...env } },
          onCrash,
        },
        afterKill: async () => undefined,
      });
      otherProcesses.push(supervised);
      return supervised;
    },
    keepLeasesOfKilledWorkers: () => {
      expiresLeases = false;
    },
    close: async () => {
      sendCommand.kill();
      await Promise.all([...processes, ...otherProcesses].map((supervised) => supervised.remove()));
      for (const proxy of proxies) await proxy.close();
      await sink.close();
      await database.end();
      await redis.stop();
      await executeOnServer(postgres.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await rm(cwd, { recursive: true, force: true });
    },
  };
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
      const isTransient = /^(57P|08|ECONN|EPIPE)/.test(code) || /terminated/.test(String(error));
      if (!isTransient || attempt === 100) throw error;
      await pause(100);
    }
  }
}
