import { describeDay, describeList, describeWeekday } from '../domain/describe.ts';
import type { Digest, RankedPaper } from '../domain/digest.ts';
import { addDays } from '../domain/schedule.ts';
import { type Rest, restOn } from '../domain/working-days.ts';

/** What is known of a day without a digest. */
export interface DayFacts {
  /** Why no papers could be expected; null when they could. */
  restOn: (date: string) => Rest | null;
  /** Days whose papers were expected and did not come in time. */
  lateOn: ReadonlySet<string>;
}

/** Without sources there is only the calendar. */
export const CALENDAR_ONLY: DayFacts = { restOn: (date) => restOn(date, []), lateOn: new Set() };

/**
 * Why there was no digest on the days before this one: `Saturday and Sunday brought no papers: arXiv
 * rests at weekends.` Null when none is missing, when too many are to be explained, and when papers of
 * those days stand in this digest although none were late: then it was we who rested.
 */
export function gapNote(
  { kind, date }: Digest,
  previousDate: string | null,
  papers: readonly RankedPaper[],
  facts = CALENDAR_ONLY,
): string | null {
  if (kind === 'weekly' || previousDate === null) return null;
  const days = daysBetween(previousDate, date);
  if (days.length === 0 || days.length > MOST_DAYS) return null;
  const isLate = days.some((day) => facts.lateOn.has(day));
  if (!isLate && papers.some(({ usableOn }) => days.includes(usableOn))) return null;
  const why = isLate ? LATE : WHY[restOf(days, facts)];
  return `${describeList(days.map(describeWeekday))} brought no papers: ${why}.`;
}

const LATE = 'they did not reach us in time. What has come since is in here';

const WHY = {
  weekend: 'arXiv rests at weekends',
  holiday: 'arXiv had a holiday',
  none: 'none were listed',
};

function restOf(days: readonly string[], { restOn }: DayFacts): keyof typeof WHY {
  const rests = days.map((day) => restOn(day));
  if (rests.every((rest) => rest === 'weekend')) return 'weekend';
  return rests.includes(null) ? 'none' : 'holiday';
}

/**
 * That digests were held back, since they had nothing above the reader's bar: `Nothing on Thursday
 * cleared your bar, so we let you sleep. Here is Friday.` Null when `quietSince` is not before the digest.
 */
export function quietNote(
  { kind, date }: Digest,
  quietSince: string,
  previousDate: string | null,
): string | null {
  if (quietSince >= date) return null;
  const isOne = quietSince === previousDate;
  if (kind === 'weekly') {
    const when = isOne ? 'last week' : `since ${describeDay(quietSince)}`;
    return quiet(when, 'this week');
  }
  const isNear = addDays(quietSince, NEAR_DAYS) >= date;
  const day = isNear ? describeWeekday(quietSince) : describeDay(quietSince);
  return quiet(isOne ? `on ${day}` : `since ${day}`, describeWeekday(date));
}

function quiet(when: string, now: string): string {
  return `Nothing ${when} cleared your bar, so we let you sleep. Here is ${now}.`;
}

/** The days after `first` and before `last`, as many as could be told. */
function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = addDays(first, 1); day < last && days.length <= MOST_DAYS; day = addDays(day, 1))
    days.push(day);
  return days;
}

/** A longer silence is no weekend and no holiday. */
const MOST_DAYS = 4;
/** Days that their weekday names without doubt. */
const NEAR_DAYS = 6;
