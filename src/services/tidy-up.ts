import { removeAlarms } from '../db/alarms.ts';
import type { Db } from '../db/client.ts';
import { removeLetters } from '../db/letters.ts';
import { countWords } from '../db/papers.ts';
import { listEndedDigests, removeDeliveries } from '../db/retention.ts';
import { removeEndedLimits } from '../db/signup-limits.ts';
import { removeFetches } from '../db/source-times.ts';
import { removeUnconfirmed } from '../db/subscribers.ts';

const DAY_MS = 86_400_000;

/** How long a sign-up that nobody confirms is kept, in ms: long enough to tell the reader that the
 *  link is over, no longer than needed (GDPR Art. 5(1)(e)). */
const UNCONFIRMED_MS = 30 * DAY_MS;

/** How long letters are kept after their links end, in ms. */
const ENDED_LETTERS_MS = 30 * DAY_MS;

/** How long single fetches are kept, in ms. */
const FETCHES_MS = 60 * DAY_MS;

/** How long alarms are kept after they ended, in ms. */
const ENDED_ALARMS_MS = 365 * DAY_MS;

/** What was removed. */
export interface Tidied {
  unconfirmed: number;
  letters: number;
  limits: number;
  fetches: number;
  alarms: number;
  /** Digests whose deliveries were removed. */
  digests: number;
}

/** Removes what is not needed any more: unconfirmed sign-ups, old letters, counts of networks, old fetches and alarms, and
 *  deliveries of digests composed longer than `deliveriesKeptDays` ago. Then has the words of papers
 *  counted anew. */
export async function tidyUp(
  db: Db,
  now: Date,
  { deliveriesKeptDays }: { deliveriesKeptDays: number },
): Promise<Tidied> {
  const ended = await listEndedDigests(db, new Date(now.getTime() - deliveriesKeptDays * DAY_MS));
  for (const digestId of ended) await removeDeliveries(db, digestId, now);
  await countWords(db);
  return {
    digests: ended.length,
    unconfirmed: await removeUnconfirmed(db, new Date(now.getTime() - UNCONFIRMED_MS)),
    letters: await removeLetters(db, new Date(now.getTime() - ENDED_LETTERS_MS)),
    limits: await removeEndedLimits(db, now),
    fetches: await removeFetches(db, new Date(now.getTime() - FETCHES_MS)),
    alarms: await removeAlarms(db, new Date(now.getTime() - ENDED_ALARMS_MS)),
  };
}
