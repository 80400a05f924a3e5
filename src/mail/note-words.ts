import { describeDay, describeList, describeWeekday } from '../domain/describe.ts';
import type { Digest, RankedPaper } from '../domain/digest.ts';
import { addDays, daysSinceMonday } from '../domain/schedule.ts';

/**
 * Why there was no digest on the days before this one: `Saturday and Sunday brought no papers: arXiv
 * rests at weekends.` Null when none is missing, when too many are to be explained by a rest, and when
 * papers of those days stand in this digest: then it was we who rested.
 */
export function gapNote(
  { kind, date }: Digest,
  previousDate: string | null,
  papers: readonly RankedPaper[],
): string | null {
  if (kind === 'weekly' || previousDate === null) return null;
  const days = daysBetween(previousDate, date);
  if (days.length === 0 || days.length > MOST_DAYS) return null;
  if (papers.some(({ usableOn }) => days.includes(usableOn))) return null;
  const why = days.every(isWeekend)
    ? 'arXiv rests at weekends'
    : 'none were listed, as on holidays';
  return `${describeList(days.map(describeWeekday))} brought no papers: ${why}.`;
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

function isWeekend(day: string): boolean {
  return daysSinceMonday(day) >= SATURDAY;
}

/** A longer silence is no weekend and no holiday. */
const MOST_DAYS = 4;
/** Days that their weekday names without doubt. */
const NEAR_DAYS = 6;
/** Days since Monday. */
const SATURDAY = 5;
