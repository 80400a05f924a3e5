import { Temporal } from 'temporal-polyfill';
import type { Preferences } from '../subscribers/subscriber.ts';
import {
  addDays,
  findNextOccurrence,
  isDigestDue,
  isMonday,
  type TimeOfDay,
  toUtcDay,
} from '../time/schedule.ts';

export interface NextDigestContext {
  now: Date;
  /** When digests are composed, UTC. */
  composeAt: TimeOfDay;
  /** Since when the reader is active: a digest composed before is not theirs. */
  activeSince: Date;
}

/** A composing two days ago can still be on its way (a zone far from UTC), a weekly one comes within
 *  eight days. */
const FIRST_DAY_OFFSET = -2;
const LAST_DAY_OFFSET = 9;

/** When the reader's next edition comes, if there are papers: the first due moment after `now` of a
 *  digest composed at or after `since`. */
export function nextDigestSendAt(
  { frequency, hour, timezone }: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>,
  { now, composeAt, activeSince }: NextDigestContext,
): Date | null {
  const kind = frequency === 'weekly' ? 'weekly' : 'daily';
  for (let days = FIRST_DAY_OFFSET; days <= LAST_DAY_OFFSET; days += 1) {
    const date = addDays(toUtcDay(now), days);
    if (kind === 'weekly' && !isMonday(date)) continue;
    const composedAt = new Date(`${date}T00:00:00Z`);
    composedAt.setUTCHours(composeAt.hour, composeAt.minute);
    if (composedAt < activeSince) continue;
    const sendAt = findNextOccurrence(composedAt, hour, timezone);
    if (sendAt > now && isDigestDue(frequency, kind, sendAt, timezone)) return sendAt;
  }
  return null;
}

/** The day of a moment where the reader lives, `YYYY-MM-DD`. */
export function localDayOf(moment: Date, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(moment.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}
