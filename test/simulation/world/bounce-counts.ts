import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';

/** The results of one worker in one digest since that was last paused or resumed. */
interface BounceCount {
  leaseId: number;
  digestId: number;
  sent: number;
  bounced: number;
  /** When so many had bounced that the digest had to be paused, in ms; null before that. */
  exceededAtMs: number | null;
}

/** Counts the mails that bounce. */
export interface BounceCounts {
  count(
    before: { state: DeliveryState; leaseId: number | null; digestId: number },
    state: DeliveryState,
  ): void;
  /** Forgets the results in a digest. */
  reset(digestId: number): void;
  /** The workers that should have paused a digest `sinceMs` ago. */
  listExceeded(sinceMs: number): BounceCount[];
}

/** Bounces, as half of the results, after which a worker pauses a digest. */
const MAX_BOUNCES = 5;

/** `inFlight`: results that may come while a digest is paused and resumed, which the worker
 *  does not count. */
export function createBounceCounts(nowMs: () => number, inFlight: number): BounceCounts {
  const counts = new Map<string, BounceCount>();
  return {
    count: ({ state: before, leaseId, digestId }, state) => {
      if (before !== 'sending' || leaseId === null) return;
      if (state !== 'sent' && state !== 'failed') return;
      const key = `${leaseId}-${digestId}`;
      const known = counts.get(key) ?? {
        ...{ leaseId, digestId, sent: 0, bounced: 0 },
        exceededAtMs: null,
      };
      counts.set(key, known);
      if (state === 'sent') known.sent += 1;
      else known.bounced += 1;
      const isExceeded = known.bounced >= MAX_BOUNCES + inFlight && known.bounced >= known.sent;
      if (isExceeded) known.exceededAtMs ??= nowMs();
    },
    reset: (digestId) => {
      for (const [key, count] of counts) if (count.digestId === digestId) counts.delete(key);
    },
    listExceeded: (sinceMs) =>
      [...counts.values()].filter(
        ({ exceededAtMs }) => exceededAtMs !== null && nowMs() - exceededAtMs > sinceMs,
      ),
  };
}
