import type { Db } from '../../db/client.ts';
import { addDelays } from '../../db/deliveries/delays.ts';
import { roundUpDelay } from '../../domain/deliveries/delay-summary.ts';

interface BegunMail {
  /** The subscriber's hour, for the first attempt; null when one was begun before. */
  firstDueAt: Date | null;
}

/** Counts how late the first attempts of this process are. */
export interface FirstAttempts {
  /** Counts those of the mails that begin at `now` for the first time. */
  count(digestId: number, mails: readonly BegunMail[], now: Date): void;
  /** Stores what was counted since the last call. A process that dies loses the counts of its
   *  current batches. */
  store(db: Db, digestId: number): Promise<void>;
}

export function createFirstAttempts(): FirstAttempts {
  const digests = new Map<number, Map<number, number>>();
  return {
    count: (digestId, mails, now) => {
      const counts = digests.get(digestId) ?? new Map<number, number>();
      digests.set(digestId, counts);
      for (const { firstDueAt } of mails) {
        if (firstDueAt === null) continue;
        const seconds = roundUpDelay(now.getTime() - firstDueAt.getTime());
        counts.set(seconds, (counts.get(seconds) ?? 0) + 1);
      }
    },
    store: async (db, digestId) => {
      const counts = digests.get(digestId);
      if (counts === undefined) return;
      digests.delete(digestId);
      const delays = [...counts].map(([seconds, count]) => ({ seconds, count }));
      await addDelays(db, digestId, delays);
    },
  };
}
