import type { Random } from '../support/random.ts';

/** Part of the readers that no kill waits for, so that the end of the digest is seen too. */
const RESERVED_SHARE = 0.1;

/**
 * After how many further mails the next kill comes, at least 1: such that `killsLeft` kills are
 * spread over those of the `readers` that are not `done` yet.
 */
export function nextKillAfter(
  random: Random,
  { readers: subscribers, done, killsLeft }: { readers: number; done: number; killsLeft: number },
): number {
  const left = Math.floor(subscribers * (1 - RESERVED_SHARE)) - done;
  const mean = Math.floor(left / killsLeft);
  return random.between(1, Math.max(1, Math.min(2 * mean - 1, left - killsLeft + 1)));
}
