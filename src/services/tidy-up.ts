import type { Db } from '../db/client.ts';
import { removeLetters } from '../db/letters.ts';
import { removeEndedLimits } from '../db/signup-limits.ts';
import { removeUnconfirmed } from '../db/subscribers.ts';

/** How long a sign-up that nobody confirms is kept, in ms: long enough to tell the reader that the
 *  link is over, no longer than needed (GDPR Art. 5(1)(e)). */
const UNCONFIRMED_MS = 30 * 86_400_000;

/** How long letters are kept after their links end, in ms. */
const ENDED_LETTERS_MS = 30 * 86_400_000;

/** Removes what is not needed any more: unconfirmed sign-ups, old letters, counts of networks. */
export async function tidyUp(
  db: Db,
  now: Date,
): Promise<{ unconfirmed: number; letters: number; limits: number }> {
  return {
    unconfirmed: await removeUnconfirmed(db, new Date(now.getTime() - UNCONFIRMED_MS)),
    letters: await removeLetters(db, new Date(now.getTime() - ENDED_LETTERS_MS)),
    limits: await removeEndedLimits(db, now),
  };
}
