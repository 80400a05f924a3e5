import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Place, pause, runWell } from '../../processes/support/paperboy.ts';
import { startPostgres } from '../../servers/postgres.ts';
import type { RestartableServer } from '../../servers/programs.ts';
import { startRedis } from '../../servers/redis.ts';
import { onServer, urlOfDatabase } from '../../support/database-server.ts';
import type { Random } from '../../support/random.ts';
import { openProxy, type PostgresProxy } from '../postgres/proxy.ts';
import { CONNECTIONS, DAY } from '../settings.ts';
import { openSink } from '../smtp/sink.ts';
import { createClock } from './clock.ts';
import { createLedger } from './ledger.ts';
import { lastWords, openSlot, type Slot, type SlotDeps } from './slot.ts';
import { createSending, type Stage } from './stage.ts';

/** A stage on PostgreSQL and Redis, with what only servers have. */
export interface ServersStage extends Stage {
  pair: 'servers';
  redis: RestartableServer;
  postgres: RestartableServer;
  /** Runs a statement beside the processes, through no proxy. */
  database: pg.Pool;
  /** Another process, such as `start scheduler`. */
  open(argv: readonly string[], env?: Record<string, string>): Slot;
  /** Dead workers keep their leases to the end from now on, as they do in real life. */
  keepLeases(): void;
}

/** PostgreSQL with a database that is migrated and seeded, to be copied for each stage. */
export interface ServersHome {
  postgres: RestartableServer;
  stop(): Promise<void>;
}

const TEMPLATE = 'paperboy_template';

/** What a database needs to know besides its own address. */
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

export async function openServersHome(): Promise<ServersHome> {
  const postgres = await startPostgres({});
  const redis = await startRedis();
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  try {
    await onServer(postgres.url, `CREATE DATABASE ${TEMPLATE}`);
    const place = { cwd, env: settings(postgres.url, TEMPLATE, redis.url) };
    await runWell('migrate', place);
    await runWell('seed', place);
    return { postgres, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  } finally {
    await redis.stop();
    await rm(cwd, { recursive: true, force: true });
  }
}

export interface StageOptions {
  random: Random;
  say: (line: string) => void;
  /** How many workers. @defaultValue 2 */
  workers?: number;
  /** Put the processes under a clock that can be moved. */
  movesClock?: boolean;
}

export async function openServersStage(
  { postgres }: ServersHome,
  { random, say, workers = 2, movesClock = false }: StageOptions,
): Promise<ServersStage> {
  const name = `paperboy_${randomBytes(6).toString('hex')}`;
  await onServer(postgres.url, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const redis = await startRedis();
  const sink = openSink();
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const clock = movesClock ? await createClock(cwd) : null;
  const place: Place = {
    cwd,
    env: { ...settings(postgres.url, name, redis.url), ...clock?.env },
  };
  const url = place.env.DATABASE_URL ?? '';
  const database = new pg.Pool({ connectionString: url, max: 3 });
  database.on('error', () => undefined);
  const ledger = createLedger((sql, values = []) => untilAnswered(database, sql, values));

  const proxies: PostgresProxy[] = [];
  const slots: Slot[] = [];
  const others: Slot[] = [];
  const sendingAtKills: number[] = [];
  const crashes: string[] = [];
  let ages = true;

  const onCrash = (stderr: string) => crashes.push(lastWords(stderr));
  const afterKill: SlotDeps['afterKill'] = async (pid) => {
    // What the dead process had asked of PostgreSQL may still be in its works.
    await pause(30);
    sendingAtKills.push(await ledger.sendingOf(pid));
    if (ages) await ledger.ageLease(pid);
  };
  for (let n = 0; n < workers; n += 1) {
    const { door, url: smtpUrl } = await sink.openDoor();
    const proxy = await openProxy(url);
    proxies.push(proxy);
    const env = { ...place.env, DATABASE_URL: proxy.url, SMTP_URL: smtpUrl };
    slots.push(
      openSlot({ door, argv: ['start', 'worker'], place: { cwd, env }, afterKill, onCrash }),
    );
  }
  await Promise.all(slots.map((slot) => slot.up()));
  const sending = createSending(place, { date: DAY, ready: async () => undefined });

  return {
    pair: 'servers',
    ...{ random, say, sink, slots, place, sending, sendingAtKills, crashes },
    ...{ redis, postgres, database },
    compose: async (readers) => {
      await ledger.addReaders(readers);
      await runWell(`digest compose --date ${DAY}`, place);
    },
    withLedger: (ask) => ask(ledger),
    judgeCommits: (slot, judge) => proxies[slots.indexOf(slot)]?.judgeBy(judge),
    moveClock: async (offsetSeconds) => clock?.move(offsetSeconds),
    open: (argv, env = {}) => {
      const slot = openSlot({
        ...{ door: -1, argv, place: { cwd, env: { ...place.env, ...env } }, onCrash },
        afterKill: async () => undefined,
      });
      others.push(slot);
      return slot;
    },
    keepLeases: () => {
      ages = false;
    },
    close: async () => {
      sending.leave();
      await Promise.all([...slots, ...others].map((slot) => slot.remove()));
      for (const proxy of proxies) await proxy.close();
      await sink.close();
      await database.end();
      await redis.stop();
      await onServer(postgres.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL may be on its way back from a crash that the scenario made. */
async function untilAnswered(
  database: pg.Pool,
  sql: string,
  values: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return (await database.query(sql, [...values])).rows;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      const isAway = /^(57P|08|ECONN|EPIPE)/.test(code) || /terminated/.test(String(error));
      if (!isAway || tries === 100) throw error;
      await pause(100);
    }
  }
}
