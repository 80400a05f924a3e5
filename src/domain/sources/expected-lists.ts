import type { DigestKind } from '../digests/digest.ts';
import { addDays, getUsableDays, type TimeOfDay, toUtcMoment } from '../time/schedule.ts';
import { HOUR_MS } from '../time/units.ts';
import {
  getPublicationTime,
  getSourceToday,
  hasDatedLists,
  type PublishingSchedule,
} from './publishing-schedule.ts';

/** The lists that a source returned lately. */
export interface ListHistory {
  /** Days whose list had papers. */
  listedDays: ReadonlySet<string>;
  /** Days whose list was fetched after the day was over: an earlier list may be incomplete.
   *  @defaultValue all of them */
  completeDays?: ReadonlySet<string>;
}

/** Whether a source has returned the whole list of a day. */
export function hasCompleteList(
  { usableAfterDays }: PublishingSchedule,
  day: string,
  { listedDays, completeDays }: ListHistory,
): boolean {
  return listedDays.has(day) && (usableAfterDays === 0 || (completeDays?.has(day) ?? true));
}

/** What decides which lists to fetch. */
interface DaysToFetchInput extends ListHistory {
  now: Date;
  composeAt: TimeOfDay;
  /** Days whose list was empty twice after the day was over. @defaultValue none */
  emptyDays?: ReadonlySet<string>;
}

/** How many days back missed lists are fetched: older papers enter no digest. */
const MAX_CATCH_UP_DAYS = 4;

/**
 * The days whose lists to fetch from a source; null means an undated list. These are today,
 * then recent days that were missed. A list that grows all day is also fetched for yesterday, until
 * today's digest is composed. The first fetch goes back to the newest list that can be expected.
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
  const isYesterdayOpen =
    source.usableAfterDays === 1 &&
    (now < toUtcMoment(today, composeAt) ||
      (source.listsOn(yesterday) && !hasCompleteList(source, yesterday, input)));
  if (!isYesterdayOpen) return [today, ...missed];
  return [yesterday, today, ...missed.filter((day) => older.includes(day))];
}

/**
 * Composing waits for a list that is published at most this long after composing was due, in ms.
 */
const MAX_PUBLICATION_DELAY_MS = HOUR_MS;

/** The day of the list that a digest expects from a source; null when it expects none. `from` is
 *  when composing is due: a list published long after that belongs to the next digest. */
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
