/** The most recent replies that are counted. */
const WINDOW_REPLIES = 200;

/** Above this many hard bounces among them, 5 %, the fault must be the sender's. */
const MAX_HARD_BOUNCES = WINDOW_REPLIES * 0.05;

/** A small site never sends 200 mails: there the limit is half of the replies, and at least this
 *  many hard bounces. */
const MIN_HARD_BOUNCES = 5;

/** Tracks the replies to the mails of one digest. */
export interface BounceRateLimit {
  /** Counts a reply that ends a delivery; a hard bounce refuses it for good. */
  record(isHard: boolean): void;
  /** Whether so many mails bounced that the fault must be the sender's, not the addresses'. */
  isExceeded(): boolean;
}

export function createBounceRateLimit(): BounceRateLimit {
  const recentReplies: boolean[] = [];
  let oldestIndex = 0;
  let hardBounces = 0;
  return {
    record: (isHard) => {
      if (recentReplies[oldestIndex]) hardBounces -= 1;
      recentReplies[oldestIndex] = isHard;
      oldestIndex = (oldestIndex + 1) % WINDOW_REPLIES;
      if (isHard) hardBounces += 1;
    },
    isExceeded: () =>
      hardBounces > MAX_HARD_BOUNCES ||
      (hardBounces >= MIN_HARD_BOUNCES && hardBounces * 2 >= recentReplies.length),
  };
}
