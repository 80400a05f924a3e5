import pg from 'pg';
import { runPaperboyOk, startPaperboy } from '../../processes/support/paperboy.ts';
import { startPostgres } from '../../servers/postgres.ts';
import { startRedis } from '../../servers/redis.ts';
import { profilingFlags } from '../settings.ts';
import { insertSubscribers } from '../subscribers/insert-subscribers.ts';
import { fillOldDeliveries } from '../subscribers/old-deliveries.ts';
import { type BenchDeployment, type BenchRun, DAY } from './deployment.ts';

/** PostgreSQL's own durability; memory and WAL for a machine that does little else. */
const DURABLE = { shared_buffers: '2GB', max_wal_size: '16GB' };

/** Starts PostgreSQL and the queue, and stores the subscribers and the old deliveries. */
export async function openServerDeployment(
  bench: BenchRun,
  settings: Record<string, string>,
): Promise<BenchDeployment> {
  const { options, folder, reportStep, register } = bench;
  reportStep('Starting the servers');
  const database = await register(startPostgres(DURABLE));
  const queue = options.queue === 'redis' ? await register(startRedis()) : null;
  const env = { ...settings, DATABASE_URL: database.url, ...(queue && { REDIS_URL: queue.url }) };
  const environment = { cwd: folder, env };
  await runPaperboyOk('migrate', environment);
  await runPaperboyOk('seed', environment);
  return withClient(database.url, bench.signal, async (client) => {
    await fill(bench, client);
    const durability = {
      fsync: await readSetting(client, 'fsync'),
      synchronous_commit: await readSetting(client, 'synchronous_commit'),
    };
    return {
      environment,
      servers: { database, ...(queue && { queue }) },
      isComposed: () => withClient(database.url, bench.signal, hasDigest),
      startWorkers: async () => {
        const starting = Array.from({ length: options.workers }, () =>
          startPaperboy(environment, 'worker', profilingFlags(options.profileFolder)),
        );
        return Promise.all(starting);
      },
      startSchedulerFor: async (hour) => {
        await withClient(database.url, bench.signal, (writer) => setHour(writer, hour));
        return startPaperboy(environment, 'scheduler');
      },
      readRows: (read) =>
        withClient(database.url, bench.signal, (reader) =>
          read(async (sql) => (await reader.query(sql)).rows),
        ),
      readWalBytes: () => withClient(database.url, bench.signal, readWalBytes),
      durability,
    };
  });
}

async function hasDigest(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM digests WHERE date = $1', [DAY]);
  return rowCount === 1;
}

async function setHour(client: pg.Client, hour: Date): Promise<void> {
  const expiresAt = new Date(hour.getTime() + 86_400_000);
  for (const [table, due] of [
    ['deliveries', 'next_at'],
    ['batches', 'due_at'],
  ] as const)
    await client.query(`UPDATE ${table} SET send_at = $1, ${due} = $1, expires_at = $2`, [
      hour,
      expiresAt,
    ]);
}

async function readWalBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes",
  );
  return rows[0].bytes;
}

async function fill({ options, reportStep }: BenchRun, client: pg.Client): Promise<void> {
  reportStep(`Storing ${options.subscribers} subscribers`);
  const topics = await client.query<{ slug: string }>('SELECT slug FROM topics ORDER BY slug');
  const slugs = topics.rows.map(({ slug }) => slug);
  await insertSubscribers(client, {
    count: options.subscribers,
    topics: slugs,
    papers: options.papers,
  });
  await fillOldDeliveries(client, options.oldDeliveries, DAY, (filled) =>
    reportStep(`${filled} of ${options.oldDeliveries} old deliveries stored`),
  );
  await client.query('CHECKPOINT');
}

/** Runs `work` with a connection, which an interrupted run closes. */
async function withClient<Value>(
  url: string,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  const closeClient = () => void client.end();
  signal.addEventListener('abort', closeClient);
  try {
    return await work(client);
  } finally {
    signal.removeEventListener('abort', closeClient);
    await client.end();
  }
}

async function readSetting(client: pg.Client, name: string): Promise<string> {
  const { rows } = await client.query(`SHOW ${name}`);
  return rows[0][name];
}
