import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';

/** The results of one worker in one digest since that was last paused or resumed. */
interface FailureCount extends Record<Result, number> {
  leaseId: number;
  digestId: number;
  /** When so many had failed that the digest had to be paused, in ms; null before that. */
  exceededAtMs: number | null;
}

/** Counts the mails that bounce, and those that relays do not answer. */
export interface FailureCounts {
  count(
    before: { state: DeliveryState; leaseId: number | null; digestId: number },
    state: DeliveryState,
  ): void;
  /** Forgets the results in a digest. */
  reset(digestId: number): void;
  /** The workers that should have paused a digest `sinceMs` ago. */
  listExceeded(sinceMs: number): FailureCount[];
}

/** Failures, as half of the results, after which a worker pauses a digest. */
const MAX_FAILURES = 5;

type Result = 'sent' | 'bounced' | 'deferred' | 'unanswered';

const RESULTS: Partial<Record<DeliveryState, Result>> = {
  sent: 'sent',
  failed: 'bounced',
  deferred: 'deferred',
  unknown: 'unanswered',
};

/** `inFlight`: results that may come while a digest is paused and resumed, which the worker
 *  does not count. */
export function createFailureCounts(nowMs: () => number, inFlight: number): FailureCounts {
  const counts = new Map<string, FailureCount>();
  const isExceeded = ({ sent, bounced, deferred, unanswered }: FailureCount) =>
    (bounced >= MAX_FAILURES + inFlight && bounced >= sent) ||
    (unanswered >= MAX_FAILURES + inFlight && unanswered >= sent + bounced + deferred);
  return {
    count: ({ state: before, leaseId, digestId }, state) => {
      const result = RESULTS[state];
      if (before !== 'sending' || leaseId === null || result === undefined) return;
      const key = `${leaseId}-${digestId}`;
      const known = counts.get(key) ?? {
        ...{ leaseId, digestId, sent: 0, bounced: 0, deferred: 0, unanswered: 0 },
        exceededAtMs: null,
      };
      counts.set(key, known);
      known[result] += 1;
      if (isExceeded(known)) known.exceededAtMs ??= nowMs();
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
