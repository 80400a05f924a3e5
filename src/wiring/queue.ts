import type { Database } from '../db/client.ts';
import { createPostgresQueueBackend, createRedisQueueBackend } from '../queue/backend.ts';
import { openQueue, type Queue } from '../queue/queue.ts';
import { checkRedis } from '../queue/redis-server.ts';
import type { Config } from '../settings/config.ts';
import type { Closer } from './database.ts';

/** Opens the queue in Redis when REDIS_URL is set, else in the database.
 *  @throws PaperboyError `QUEUE_UNREACHABLE` or `QUEUE_EVICTS`. */
export async function openConfiguredQueue(
  { redisUrl }: Pick<Config, 'redisUrl'>,
  database: Database,
  { closers, onError }: { closers: Closer[]; onError: (error: Error) => void },
): Promise<Queue> {
  if (redisUrl !== null) await checkRedis(redisUrl);
  const backend =
    redisUrl === null
      ? createPostgresQueueBackend(database.pool)
      : createRedisQueueBackend(redisUrl, onError);
  closers.push(() => backend.close());
  const queue = openQueue(backend, onError);
  closers.push(() => queue.close());
  return queue;
}
