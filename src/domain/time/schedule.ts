import { Temporal } from 'temporal-polyfill';
import type { DigestKind } from '../digests/digest.ts';
import { memoise } from '../memoise.ts';
import type { Frequency } from '../subscribers/subscriber.ts';
import { DAY_MS } from './units.ts';

const MONDAY = 1;
const FRIDAY = 5;
const DIGEST_PERIOD_MS: Record<DigestKind, number> = { daily: DAY_MS, weekly: 7 * DAY_MS };

/**
 * The first moment at or after `from` when it is `hour` in `timezone`. An hour skipped by daylight
 * saving time is shifted forward by the gap; of a repeated hour the first occurrence counts
 * (`compatible` in Temporal, RFC 5545 §3.3.5).
 */
export function findNextOccurrence(from: Date, hour: number, timezone: string): Date {
  const start = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(timezone);
  const yesterday = start.toPlainDate().subtract({ days: 1 });
  for (let days = 0; days <= 3; days++) {
    const at = yesterday.add({ days }).toZonedDateTime({ timeZone: timezone, plainTime: { hour } });
    if (at.epochMilliseconds >= from.getTime()) return new Date(at.epochMilliseconds);
  }
  throw new RangeError(`No ${hour}:00 in ${timezone} within three days of ${from.toISOString()}.`);
}

/**
 * Whether subscribers with `frequency` get the digest of `kind` due at `sendAt`. Weekdays are those
 * of the subscriber's time zone.
 */
export function isDigestDue(
  frequency: Frequency,
  kind: DigestKind,
  sendAt: Date,
  timezone: string,
): boolean {
  if (kind === 'weekly') return frequency === 'weekly';
  if (frequency === 'daily') return true;
  if (frequency === 'weekly') return false;
  const weekday = Temporal.Instant.fromEpochMilliseconds(sendAt.getTime()).toZonedDateTimeISO(
    timezone,
  ).dayOfWeek;
  return weekday >= MONDAY && weekday <= FRIDAY;
}

/** Whether a day, in days since 1 January 1970 (a Thursday), is from Monday to Friday. */
export function isWeekday(day: number): boolean {
  return (day + 3) % 7 < FRIDAY;
}

/** The moment a day later for a daily digest, a week later for a weekly one. */
export function getNextDigestTime(kind: DigestKind, sendAt: Date): Date {
  return new Date(sendAt.getTime() + DIGEST_PERIOD_MS[kind]);
}

/** A time of day, UTC. */
export interface TimeOfDay {
  hour: number;
  minute: number;
}

/** The moment of a time of day on a day, both UTC. */
export function toUtcMoment(day: string, { hour, minute }: TimeOfDay): Date {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCHours(hour, minute);
  return moment;
}

/** The day of a moment in UTC, `YYYY-MM-DD`. */
export function toUtcDay(moment: Date): string {
  return formatDayNumber(Math.floor(moment.getTime() / DAY_MS));
}

/** By days since 1970: every mail names the day of a sign-up. */
const formatDayNumber = memoise((day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10));

/** The day that many days after `day`. */
export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** Whether `text` is an existing day from 1900 to 2999, as `YYYY-MM-DD`. The limits leave room for
 *  weeks and months around it that are written alike. */
export function isCalendarDay(text: string): boolean {
  if (!/^(?:19|2\d)\d{2}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}

/** The Monday of the week of `day`. */
export function getMonday(day: string): string {
  return addDays(day, -countDaysSinceMonday(day));
}

/** 0 for a Monday, 6 for a Sunday. */
export function countDaysSinceMonday(day: string): number {
  return Temporal.PlainDate.from(day).dayOfWeek - MONDAY;
}

/** Whether `day` is a Monday. */
export function isMonday(day: string): boolean {
  return Temporal.PlainDate.from(day).dayOfWeek === MONDAY;
}

/**
 * The first and last day whose papers a digest may contain: its day and the four days before it;
 * for a weekly digest the seven days before its Monday.
 */
export function getUsableDays(kind: DigestKind, date: string): { first: string; last: string } {
  if (kind === 'weekly') return { first: addDays(date, -7), last: addDays(date, -1) };
  return { first: addDays(date, -4), last: date };
}

/**
 * The time zone in IANA's spelling, or null if there is none of that name. Links such as
 * `Asia/Kolkata` keep their own name. Offsets such as `+02:00` are refused, because they ignore
 * daylight saving time.
 */
export function findTimezone(name: string): string | null {
  const known = indexTimezones().get(name.toLowerCase());
  if (known !== undefined) return known;
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return null;
  }
}

/** A stored time zone, or UTC when this version of Node.js does not know it: another version may
 *  have stored it. */
export function toKnownTimezone(name: string): string {
  return findTimezone(name) ?? 'UTC';
}

/** The names of all time zones, `UTC` first. */
export function listTimezones(): readonly string[] {
  return [...indexTimezones().values()];
}

let timezonesByName: ReadonlyMap<string, string> | undefined;

function indexTimezones(): ReadonlyMap<string, string> {
  timezonesByName ??= new Map(
    ['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => [zone.toLowerCase(), zone]),
  );
  return timezonesByName;
}
