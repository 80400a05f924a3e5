import { Redis } from 'ioredis';
import { PaperboyError } from '../domain/errors.ts';
import { withTimeout } from './with-timeout.ts';

/** How long the server may take to answer, in ms. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Asks the Redis or Valkey of `url` for a sign of life and for what it does when memory runs out.
 * @throws PaperboyError `QUEUE_UNREACHABLE`, or `QUEUE_EVICTS` when it would drop jobs then.
 */
export async function checkRedis(url: string): Promise<void> {
  const policy = parseEvictionPolicy(await fetchMemoryInfo(url));
  if (policy === undefined || policy === 'noeviction') return;
  throw new PaperboyError(
    'QUEUE_EVICTS',
    `The server of REDIS_URL (${new URL(url).host}) has maxmemory-policy “${policy}”: expected noeviction, or it drops jobs when memory runs out. Say “CONFIG SET maxmemory-policy noeviction” there, and the same in its configuration.`,
  );
}

/** The URL as ioredis knows it: it would take one of Valkey for the path of a socket. */
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

/** Absent where a managed service keeps it to itself. */
function parseEvictionPolicy(info: string): string | undefined {
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
}

function createUnreachableError(url: string, error: Error): PaperboyError {
  const reasons = error instanceof AggregateError ? error.errors : [error];
  const reason = reasons.map(({ message }: Error) => message.replace(/\.$/, '')).join('; ');
  return new PaperboyError(
    'QUEUE_UNREACHABLE',
    `The server of REDIS_URL (${new URL(url).host}) lets nobody in: ${reason}. Is it running, and are host, port and password right?`,
    { cause: error },
  );
}
