import type { Db } from '../../db/client.ts';
import {
  acquireHostPermit,
  type HostPermit,
  releaseHostPermit,
} from '../../db/sources/host-permits.ts';
import { findCrawlPolicy } from '../../domain/sources/crawl-policy.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { AcquireHostPermit } from '../../sources/http/http-get.ts';

interface HostPermitDeps {
  db: Db;
  /** @throws the reason of `signal`. */
  sleep: (durationMs: number, signal: AbortSignal) => Promise<unknown>;
}

/** How long a dead process blocks a host: longer than any request takes. */
const PERMIT_TTL_MS = 180_000;

/** How long to wait for a permit before the fetch is better retried later. */
const MAX_WAIT_MS = MINUTE_MS;

/** How often to check whether another request to the host has ended. */
const POLL_INTERVAL_MS = 500;

/**
 * Grants one request at a time to a host group, over all processes, with the delays of its policy.
 */
export function createHostPermits({ db, sleep }: HostPermitDeps): AcquireHostPermit {
  return async (host, signal) => {
    const policy = findCrawlPolicy(host);
    if (policy === null) return async () => undefined;
    const { hostGroup, crawlDelayMs, minBackoffMs } = policy;
    for (let waitedMs = 0; ; ) {
      signal.throwIfAborted();
      const permit = await acquireHostPermit(db, hostGroup, PERMIT_TTL_MS);
      if ('fencingToken' in permit) {
        return ({ isBusy, retryAfterMs }) =>
          releaseHostPermit(db, hostGroup, {
            fencingToken: permit.fencingToken,
            pauseMs: isBusy ? Math.max(retryAfterMs ?? 0, minBackoffMs) : crawlDelayMs,
          });
      }
      const waitMs = nextPollMs(permit);
      waitedMs += waitMs;
      if (waitedMs > MAX_WAIT_MS) throw createBusyError(host, permit);
      await sleep(waitMs, signal);
    }
  };
}

function nextPollMs({ isHeld, waitMs }: Exclude<HostPermit, { fencingToken: number }>): number {
  return isHeld ? Math.min(POLL_INTERVAL_MS, waitMs) : Math.max(1, waitMs);
}

function createBusyError(
  host: string,
  { waitMs, isHeld }: Exclude<HostPermit, { fencingToken: number }>,
): SourceError {
  const why = isHeld
    ? 'another request to it has not ended'
    : `it asked us to wait, for another ${Math.ceil(waitMs / 1000)} s`;
  return new SourceError('SOURCE_BUSY', `${host} cannot be requested now: ${why}.`, {
    retryAfterMs: isHeld ? null : waitMs,
  });
}
