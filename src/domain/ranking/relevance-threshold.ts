import type { RelevanceThreshold } from '../subscribers/subscriber.ts';

/** From this popularity on, a paper stands out. */
const MIN_POPULARITY: Readonly<Record<RelevanceThreshold, number>> = {
  low: 0,
  middle: 0.5,
  high: 0.8,
};

/** Whether a paper of that popularity, 0 to 1, is worth a mail to a reader with this bar. What says one of the
 *  reader's words, or is by one of the names, is whatever its popularity. */
export function meetsThreshold(threshold: RelevanceThreshold, popularity: number): boolean {
  return popularity >= MIN_POPULARITY[threshold];
}
