import type { DigestKind } from './digest.ts';
import { hasDays, madeAt, type Rhythm, todayOf } from './rhythm.ts';
import { addDays, momentAt, type TimeOfDay, usableDays } from './schedule.ts';

/** The lists that a source brought in the last week. */
export interface Brought {
  /** Their days. */
  brought: ReadonlySet<string>;
  /** Those of whose list it told something once they were over. @defaultValue all */
  whole?: ReadonlySet<string>;
}

/** Whether a source brought the list of a day; of one that fills all day, all of it. */
export function isThere(
  { usableAfterDays }: Rhythm,
  day: string,
  { brought, whole }: Brought,
): boolean {
  return brought.has(day) && (usableAfterDays === 0 || (whole?.has(day) ?? true));
}

/** What is known when a source is asked. */
export interface Asking extends Brought {
  now: Date;
  composeAt: TimeOfDay;
  /** Those of which it said twice, once they were over, that there is nothing. @defaultValue none */
  empty?: ReadonlySet<string>;
}

/** Days back of which missed lists are asked for again: older papers come into no digest any more. */
const CATCH_UP_DAYS = 4;

/**
 * The days whose lists to ask a source for, null for a list of no day: today's; of one that fills all day
 * also yesterday's until it is composed; then those of the last days that were missed. At first those
 * since the newest that can be expected.
 */
export function daysToAsk(source: Rhythm, asking: Asking): (string | null)[] {
  const { now, composeAt, brought, empty } = asking;
  if (!hasDays(source, now)) return [null];
  const today = todayOf(source, now);
  const isMissing = (day: string) => source.listsOn(day) && !brought.has(day);
  const past = Array.from({ length: CATCH_UP_DAYS }, (_, n) => addDays(today, -n - 1));
  if (brought.size === 0) {
    const newest = past.findIndex((day) => source.listsOn(day));
    return [today, ...past.slice(0, newest + 1)];
  }
  const missed = past.filter((day) => isMissing(day) && !empty?.has(day));
  const [yesterday = today, ...older] = past;
  const isOpen =
    source.usableAfterDays === 1 &&
    (now < momentAt(today, composeAt) ||
      (source.listsOn(yesterday) && !isThere(source, yesterday, asking)));
  if (!isOpen) return [today, ...missed];
  return [yesterday, today, ...missed.filter((day) => older.includes(day))];
}

const HOUR_MS = 3_600_000;

/** How long after composing is due a list may be made to be one that composing waits for, in ms. */
const MADE_SOON_MS = HOUR_MS;

/**
 * The day of the list that a digest expects from a source, or null when there is none that day. `from`
 * is when composing is due: a list that is made long after that comes with the next digest.
 */
export function expectedDay(
  source: Rhythm,
  { kind, date, from }: { kind: DigestKind; date: string; from: Date },
): string | null {
  const { last } = usableDays(kind, date);
  const newest = addDays(last, -source.usableAfterDays);
  const isMade = (day: string) =>
    source.usableAfterDays === 1 || madeAt(day).getTime() <= from.getTime() + MADE_SOON_MS;
  if (kind === 'daily') return source.listsOn(newest) && isMade(newest) ? newest : null;
  const week = Array.from({ length: 7 }, (_, n) => addDays(newest, -n));
  return week.find((day) => source.listsOn(day)) ?? null;
}
