import type { DigestKind } from '../digests/digest.ts';
import { addDays, getUsableDays, type TimeOfDay, toUtcMoment } from '../time/schedule.ts';
import { HOUR_MS } from '../time/units.ts';
import {
  getPublicationTime,
  getSourceToday,
  hasDatedLists,
  type PublishingSchedule,
} from './publishing-schedule.ts';

/** The lists that a source brought in the last week. */
export interface ListHistory {
  /** Their days. */
  listedDays: ReadonlySet<string>;
  /** Those of whose list it told something once they were over. @defaultValue all */
  completeDays?: ReadonlySet<string>;
}

/** Whether a source brought the list of a day; of one that fills all day, all of it. */
export function hasCompleteList(
  { usableAfterDays }: PublishingSchedule,
  day: string,
  { listedDays, completeDays }: ListHistory,
): boolean {
  return listedDays.has(day) && (usableAfterDays === 0 || (completeDays?.has(day) ?? true));
}

/** What is known when a source is asked. */
export interface DaysToFetchInput extends ListHistory {
  now: Date;
  composeAt: TimeOfDay;
  /** Those of which it said twice, once they were over, that there is nothing. @defaultValue none */
  emptyDays?: ReadonlySet<string>;
}

/** Days back of which missed lists are asked for again: older papers come into no digest any more. */
const MAX_CATCH_UP_DAYS = 4;

/**
 * The days whose lists to ask a source for, null for a list of no day: today's; of one that fills all day
 * also yesterday's until it is composed; then those of the last days that were missed. At first those
 * since the newest that can be expected.
 */
export function selectDaysToFetch(
  source: PublishingSchedule,
  input: DaysToFetchInput,
): (string | null)[] {
  const { now, composeAt, listedDays, emptyDays } = input;
  if (!hasDatedLists(source, now)) return [null];
  const today = getSourceToday(source, now);
  const isMissing = (day: string) => source.listsOn(day) && !listedDays.has(day);
  const past = Array.from({ length: MAX_CATCH_UP_DAYS }, (_, n) => addDays(today, -n - 1));
  if (listedDays.size === 0) {
    const newest = past.findIndex((day) => source.listsOn(day));
    return [today, ...past.slice(0, newest + 1)];
  }
  const missed = past.filter((day) => isMissing(day) && !emptyDays?.has(day));
  const [yesterday = today, ...older] = past;
  const isOpen =
    source.usableAfterDays === 1 &&
    (now < toUtcMoment(today, composeAt) ||
      (source.listsOn(yesterday) && !hasCompleteList(source, yesterday, input)));
  if (!isOpen) return [today, ...missed];
  return [yesterday, today, ...missed.filter((day) => older.includes(day))];
}

/** How long after composing is due a list may be made to be one that composing waits for, in ms. */
const MAX_PUBLICATION_DELAY_MS = HOUR_MS;

/**
 * The day of the list that a digest expects from a source, or null when there is none that day. `from`
 * is when composing is due: a list that is made long after that comes with the next digest.
 */
export function findExpectedListDay(
  source: PublishingSchedule,
  { kind, date, from: composeDueAt }: { kind: DigestKind; date: string; from: Date },
): string | null {
  const { last } = getUsableDays(kind, date);
  const newest = addDays(last, -source.usableAfterDays);
  const isPublishedInTime = (day: string) =>
    source.usableAfterDays === 1 ||
    getPublicationTime(day).getTime() <= composeDueAt.getTime() + MAX_PUBLICATION_DELAY_MS;
  if (kind === 'daily') return source.listsOn(newest) && isPublishedInTime(newest) ? newest : null;
  const week = Array.from({ length: 7 }, (_, n) => addDays(newest, -n));
  return week.find((day) => source.listsOn(day)) ?? null;
}
