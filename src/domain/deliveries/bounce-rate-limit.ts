/** Replies that the brake looks back on. */
const WINDOW_REPLIES = 200;

/** Hard replies among them from which on the fault is ours: more than 5 %. */
const MAX_HARD_BOUNCES = WINDOW_REPLIES * 0.05;

/** A small site never has so many: there, half of at least this many replies being hard says the same. */
const MIN_HARD_BOUNCES = 5;

/** Watches the replies to one digest. */
export interface BounceRateLimit {
  /** Notes a reply that ends a delivery: hard is one that refuses it for good. */
  record(isHard: boolean): void;
  /** Whether so many are hard that the fault must be ours, not the readers'. */
  isExceeded(): boolean;
}

/** A brake that has seen no reply yet. */
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
