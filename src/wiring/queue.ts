import { type Database, openServerDatabase } from '../db/client.ts';
import { PaperboyError } from '../domain/errors.ts';
import { createPostgresQueueBackend, createRedisQueueBackend } from '../queue/backend.ts';
import { openQueue, type Queue } from '../queue/queue.ts';
import { checkRedis } from '../queue/redis-server.ts';
import type { Config } from '../settings/config.ts';
import type { Closer } from './database.ts';

/** Connections for the queue in a PostgreSQL server. Its listeners hold most of them. */
const QUEUE_CONNECTIONS = 12;

/** How long a statement of the queue may take, in ms. After a silent failover it would never end,
 *  and no job would run. */
const QUEUE_QUERY_TIMEOUT_MS = 30_000;

/** Opens the queue in Redis when REDIS_URL is set, else in the database.
 *  @throws PaperboyError `QUEUE_UNREACHABLE` or `QUEUE_EVICTS`. */
export async function openConfiguredQueue(
  { redisUrl, databaseUrl }: Pick<Config, 'redisUrl' | 'databaseUrl'>,
  database: Database,
  { closers, onError }: { closers: Closer[]; onError: (error: Error) => void },
): Promise<Queue> {
  if (redisUrl !== null) await checkRedis(redisUrl);
  const backend =
    redisUrl === null
      ? createPostgresQueueBackend(openQueuePool(databaseUrl, database, closers))
      : createRedisQueueBackend(redisUrl, onError);
  closers.push(() => backend.close());
  const queue = openQueue(backend, onError);
  closers.push(() => queue.close());
  await queue.waitUntilReady().catch((cause) => {
    const message = `The queue cannot be opened: ${(cause as Error).message}.`;
    throw new PaperboyError('QUEUE_UNREACHABLE', message, { cause });
  });
  return queue;
}

/** A pool of its own, so that neither waits for the connections of the other. */
function openQueuePool(
  databaseUrl: string | null,
  database: Database,
  closers: Closer[],
): Database['pool'] {
  if (databaseUrl === null) return database.pool;
  const own = openServerDatabase(databaseUrl, {
    connections: QUEUE_CONNECTIONS,
    queryTimeoutMs: QUEUE_QUERY_TIMEOUT_MS,
  });
  closers.push(() => own.close());
  return own.pool;
}
