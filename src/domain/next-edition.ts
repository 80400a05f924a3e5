import { Temporal } from 'temporal-polyfill';
import { addDays, dayOf, isDue, isMonday, nextOccurrence, type TimeOfDay } from './schedule.ts';
import type { Preferences } from './subscriber.ts';

export interface Expectation {
  now: Date;
  /** When digests are composed, UTC. */
  composeAt: TimeOfDay;
  /** Since when the reader is active: a digest composed before is not theirs. */
  since: Date;
}

/** A composing two days ago can still be on its way (a zone far from UTC), a weekly one comes within
 *  eight days. */
const FIRST_DAY = -2;
const LAST_DAY = 9;

/** When the reader's next edition comes, if there are papers: the first due moment after `now` of a
 *  digest composed at or after `since`. */
export function nextEditionAt(
  { frequency, hour, timezone }: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>,
  { now, composeAt, since }: Expectation,
): Date | null {
  const kind = frequency === 'weekly' ? 'weekly' : 'daily';
  for (let days = FIRST_DAY; days <= LAST_DAY; days += 1) {
    const date = addDays(dayOf(now), days);
    if (kind === 'weekly' && !isMonday(date)) continue;
    const composed = new Date(`${date}T00:00:00Z`);
    composed.setUTCHours(composeAt.hour, composeAt.minute);
    if (composed < since) continue;
    const sendAt = nextOccurrence(composed, hour, timezone);
    if (sendAt > now && isDue(frequency, kind, sendAt, timezone)) return sendAt;
  }
  return null;
}

/** The day of a moment where the reader lives, `YYYY-MM-DD`. */
export function localDay(moment: Date, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(moment.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}
