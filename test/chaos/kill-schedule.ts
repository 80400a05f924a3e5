import type { Random } from '../support/random.ts';

/** Share of the subscribers after the last kill, so that the run includes an undisturbed end. */
const RESERVED_SHARE = 0.1;

/**
 * Number of mails until the next kill, at least 1, so that `killsLeft` kills spread over the
 * `subscribers` who are not `done` yet.
 */
export function nextKillAfter(
  random: Random,
  { subscribers, done, killsLeft }: { subscribers: number; done: number; killsLeft: number },
): number {
  const left = Math.floor(subscribers * (1 - RESERVED_SHARE)) - done;
  const mean = Math.floor(left / killsLeft);
  return random.between(1, Math.max(1, Math.min(2 * mean - 1, left - killsLeft + 1)));
}
