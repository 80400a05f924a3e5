import { Redis } from 'ioredis';
import { PaperboyError } from '../domain/errors.ts';
import { withTimeout } from './with-timeout.ts';

/** How long the server may take to respond, in ms. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Checks that the Redis or Valkey of `url` is reachable and keeps jobs when its memory is full.
 *  @throws PaperboyError `QUEUE_UNREACHABLE`, or `QUEUE_EVICTS` when it would evict jobs. */
export async function checkRedis(url: string): Promise<void> {
  const policy = parseEvictionPolicy(await fetchMemoryInfo(url));
  if (policy === undefined || policy === 'noeviction') return;
  throw new PaperboyError(
    'QUEUE_EVICTS',
    `The server of REDIS_URL (${new URL(url).host}) has maxmemory-policy “${policy}”: expected noeviction, or it evicts jobs when its memory is full. Run “CONFIG SET maxmemory-policy noeviction” on it, and set the same in its configuration file.`,
  );
}

/** Converts a URL for ioredis, which would take `valkey://…` for the path of a socket. */
export function toRedisUrl(url: string): string {
  return url.replace(/^valkey:/i, 'redis:');
}

async function fetchMemoryInfo(url: string): Promise<string> {
  const redis = new Redis(toRedisUrl(url), {
    lazyConnect: true,
    connectTimeout: ANSWER_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let problem: Error | undefined;
  redis.on('error', (error: Error) => {
    problem = error;
  });
  try {
    const info = redis.connect().then(() => redis.info('memory'));
    return await withTimeout(ANSWER_TIMEOUT_MS, info);
  } catch (error) {
    throw createUnreachableError(url, problem ?? (error as Error));
  } finally {
    redis.disconnect();
  }
}

/** Undefined where a managed service hides the policy. */
function parseEvictionPolicy(info: string): string | undefined {
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
}

function createUnreachableError(url: string, error: Error): PaperboyError {
  const reasons = error instanceof AggregateError ? error.errors : [error];
  const reason = reasons.map(({ message }: Error) => message.replace(/\.$/, '')).join('; ');
  return new PaperboyError(
    'QUEUE_UNREACHABLE',
    `The server of REDIS_URL (${new URL(url).host}) cannot be reached: ${reason}. Is it running, and are host, port and password right?`,
    { cause: error },
  );
}
