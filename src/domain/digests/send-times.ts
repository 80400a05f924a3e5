import type { Frequency, Preferences } from '../subscribers/subscriber.ts';
import { getNextDigestTime, isWeekday, toKnownTimezone } from '../time/schedule.ts';
import { DAY_MS } from '../time/units.ts';
import { createZoneOffsets, type ZoneOffsets } from '../time/zone-offsets.ts';
import type { DigestKind } from './digest.ts';

/** The frequencies of the subscribers to each kind of digest. */
export const FREQUENCIES_BY_KIND = {
  daily: ['daily', 'weekdays'],
  weekly: ['weekly'],
} as const satisfies Record<DigestKind, readonly Frequency[]>;

type SendPreferences = Pick<Preferences, 'frequency' | 'hour' | 'timezone'>;

/** When a subscriber gets a digest. */
export interface SendTimes {
  /** The first occurrence of the hour at or after composing. */
  sendAt: Date;
  /** When the subscriber's next digest of the kind is due. This one is not sent any more then. */
  expiresAt: Date;
  /** Whether the subscriber wants a digest at `sendAt`. */
  isDue: boolean;
}

/** Weekly digests are followed by the next one after up to eight days. */
const SPAN_DAYS = 14;

/** Creates a function that computes the times of a digest composed at `from`. It looks up each time
 *  zone once, since an audience may have thousands of zones and hours. */
export function createSendTimes(
  kind: DigestKind,
  from: Date,
): (preferences: SendPreferences) => SendTimes {
  const start = new Date(from.getTime() - SPAN_DAYS * DAY_MS);
  const end = new Date(from.getTime() + SPAN_DAYS * DAY_MS);
  const zones = new Map<string, ZoneOffsets>();
  return ({ frequency, hour, timezone }) => {
    const zone = zones.get(timezone) ?? createZoneOffsets(toKnownTimezone(timezone), start, end);
    zones.set(timezone, zone);
    let day = zone.findDay(from) - 1;
    while (zone.findMoment(day, hour) < from) day += 1;
    const nextDay = findNextDay(kind, frequency, day);
    return {
      sendAt: zone.findMoment(day, hour),
      expiresAt: zone.findMoment(nextDay, hour),
      isDue:
        FREQUENCIES_BY_KIND[kind].some((each) => each === frequency) &&
        (frequency !== 'weekdays' || isWeekday(day)),
    };
  };
}

/** When a delivery expires that is added at `now` to a digest composed at `composedAt`: when the
 *  subscriber's next digest is due. One of an old digest may be sent for a day, or a week. */
export function findExpiryOfAdded(
  { kind, composedAt }: { kind: DigestKind; composedAt: Date },
  preferences: SendPreferences,
  now: Date,
): Date {
  const { expiresAt } = createSendTimes(kind, composedAt)(preferences);
  return expiresAt > now ? expiresAt : getNextDigestTime(kind, now);
}

function findNextDay(kind: DigestKind, frequency: Frequency, day: number): number {
  if (kind === 'weekly') return day + 7;
  let next = day + 1;
  while (frequency === 'weekdays' && !isWeekday(next)) next += 1;
  return next;
}
