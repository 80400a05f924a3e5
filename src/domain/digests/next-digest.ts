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

interface NextDigestContext {
  now: Date;
  /** When digests are composed, UTC. */
  composeAt: TimeOfDay;
  /** When the subscriber became active. Earlier digests are not sent to them. */
  activeSince: Date;
}

/** A digest composed two days ago may still be due in a zone far from UTC; the next weekly one is
 *  composed within eight days. */
const FIRST_DAY_OFFSET = -2;
const LAST_DAY_OFFSET = 9;

/** When the subscriber's next digest is due if it has papers: the first send time after `now` of a
 *  digest composed at or after `activeSince`. */
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

/** The day of a moment in a time zone, `YYYY-MM-DD`. */
export function localDayOf(moment: Date, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(moment.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}
