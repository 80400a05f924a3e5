import type { Db } from '../../db/client.ts';
import {
  acquireHostPermit,
  type HostPermit,
  releaseHostPermit,
} from '../../db/sources/host-permits.ts';
import { findCrawlPolicy } from '../../domain/sources/crawl-policy.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';

/** What a host answered, as far as it tells when it may be asked again. */
export interface HostReply {
  /** It asked for patience. */
  isBusy: boolean;
  /** For how long; null when it did not say. */
  retryAfterMs: number | null;
}

/** Waits until a host may be asked; what it gives back ends the turn.
 *  @throws SourceError `SOURCE_BUSY` when that would take long. */
export type HostPermitAcquirer = (
  host: string,
  signal: AbortSignal,
) => Promise<(answer: HostReply) => Promise<void>>;

export interface HostPermitDeps {
  db: Db;
  /** Lets time pass. @throws what `signal` is aborted with. */
  sleep: (durationMs: number, signal: AbortSignal) => Promise<unknown>;
}

/** How long one that died keeps others from a host, in ms: longer than any request takes. */
const PERMIT_TTL_MS = 180_000;

/** How long a turn is waited for, in ms: after that the fetch had better be tried another time. */
const MAX_WAIT_MS = MINUTE_MS;

/** How often to look whether whoever asks a host now is done, in ms. */
const POLL_INTERVAL_MS = 500;

/** Turns at hosts, over all processes: one connection at a time, with the pauses that each wants. */
export function createHostPermits({ db, sleep }: HostPermitDeps): HostPermitAcquirer {
  return async (host, signal) => {
    const policy = findCrawlPolicy(host);
    if (policy === null) return async () => undefined;
    const { hostGroup: line, crawlDelayMs: gapMs, minBackoffMs: leastPauseMs } = policy;
    for (let waitedMs = 0; ; ) {
      signal.throwIfAborted();
      const permit = await acquireHostPermit(db, line, PERMIT_TTL_MS);
      if ('fencingToken' in permit) {
        return ({ isBusy, retryAfterMs }) =>
          releaseHostPermit(db, line, {
            fencingToken: permit.fencingToken,
            pauseMs: isBusy ? Math.max(retryAfterMs ?? 0, leastPauseMs) : gapMs,
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
    : `it asked for patience, for ${Math.ceil(waitMs / 1000)} s more`;
  return new SourceError('SOURCE_BUSY', `${host} is not asked now: ${why}.`, {
    retryAfterMs: isHeld ? null : waitMs,
  });
}
