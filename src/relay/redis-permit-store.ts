import { Redis } from 'ioredis';
import { MAX_RESERVED_AHEAD_MS } from '../domain/deliveries/send-permits.ts';
import type { PermitStore } from './send-rate-limiter.ts';

/** How long Redis may take to respond, in ms: after a silent failover it never would. The command
 *  fails then, and the connection is replaced. */
const RESPONSE_TIMEOUT_MS = 5000;

/**
 * KEYS[1]: when the next permit may be used, in µs since 1970. ARGV: the time that the permits
 * take, and how far ahead they may be reserved, in µs. Returns how long to wait, in µs; -1 when too
 * much is reserved. Twice as far ahead nothing is ever reserved, so the clock was set back since.
 */
const RESERVE = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local start = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
  local max_ahead = tonumber(ARGV[2])
  if start - now > 2 * max_ahead then start = now end
  if start - now > max_ahead then return -1 end
  local finish = string.format('%.0f', start + ARGV[1])
  redis.call('SET', KEYS[1], finish, 'PX', string.format('%.0f', 4 * max_ahead / 1000))
  return start - now`;

/** Reserves permits in Redis, by its clock. */
export function openRedisPermitStore(url: string, onError: (error: Error) => void): PermitStore {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    commandTimeout: RESPONSE_TIMEOUT_MS,
    socketTimeout: RESPONSE_TIMEOUT_MS,
  });
  redis.on('error', onError);
  return {
    reserve: async (relay, durationMs) => {
      const durations = [durationMs, MAX_RESERVED_AHEAD_MS].map((ms) => Math.ceil(ms * 1000));
      const waitUs = Number(await redis.eval(RESERVE, 1, `relay:${relay}`, ...durations));
      return waitUs < 0 ? null : waitUs / 1000;
    },
    close: () => redis.disconnect(),
  };
}
