import type {
  AttemptRecord,
  NextAttempt,
} from '../../db/deliveries/transitions/record-attempts.ts';
import { evictOldest } from '../../domain/evict-oldest.ts';

/** The attempts of this process that a relay may have accepted. After a failover of the database to
 *  a standby that lagged, the last of them may be forgotten there. */
export interface SentMemory {
  /** Notes attempts that may begin now, and how others ended. */
  note(
    digestId: number,
    attempts: { begun: readonly NextAttempt[]; ended: readonly AttemptRecord[] },
  ): void;
  /** The last attempts, by digest: the number of the attempt by subscriber. */
  list(): ReadonlyMap<number, ReadonlyMap<number, number>>;
}

/** Attempts remembered for one digest: many seconds of the fastest sending, and some 10 MB. */
const MAX_ATTEMPTS = 100_000;
const MAX_DIGESTS = 4;

export function createSentMemory(): SentMemory {
  const digests = new Map<number, Map<number, number>>();
  return {
    note: (digestId, { begun, ended }) => {
      const attempts = digests.get(digestId) ?? new Map<number, number>();
      // Anew, so that the digest used least recently is the first.
      digests.delete(digestId);
      digests.set(digestId, attempts);
      evictOldest(digests, MAX_DIGESTS);
      for (const { subscriberId, state } of ended)
        if (state !== 'sent' && state !== 'unknown') attempts.delete(subscriberId);
      for (const { subscriberId, attempts: number } of begun) {
        attempts.delete(subscriberId);
        attempts.set(subscriberId, number);
      }
      evictOldest(attempts, MAX_ATTEMPTS);
    },
    list: () => digests,
  };
}
