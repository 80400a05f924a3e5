import type { Bar } from './subscriber.ts';

/** From this popularity on, a paper stands out. */
const LEAST_POPULARITY: Readonly<Record<Bar, number>> = { low: 0, middle: 0.5, high: 0.8 };

/** Whether a paper of that popularity, 0 to 1, is worth a mail to a reader with this bar. What says one of the
 *  reader's words, or is by one of the names, is whatever its popularity. */
export function clearsBar(bar: Bar, popularity: number): boolean {
  return popularity >= LEAST_POPULARITY[bar];
}
