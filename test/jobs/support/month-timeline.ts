import { createServedPaper, type ServedPaper } from '../../support/paper-server.ts';

/** A month of 31 days with the end of summer time in New York (1 November), an outage, a late list,
 *  an old list and Thanksgiving, after which arXiv has no list. */
export const FIRST_DAY = '2026-10-28';
export const LAST_DAY = '2026-11-27';

/** Every source answers 503 on these two days. */
export const OUTAGE = { from: '2026-11-10T00:00:00Z', to: '2026-11-12T00:00:00Z' };
/** arXiv’s list of this day is published only at this time. */
export const LATE = { day: '2026-11-19', at: '2026-11-19T06:40:00Z' };
/** On this day arXiv serves the list of Friday until then. */
export const STALE = { day: '2026-11-23', before: '2026-11-20', until: '2026-11-23T06:10:00Z' };
export const TROUBLED_DAYS = ['10', '11', '12', '19', '23'].map((day) => `2026-11-${day}`);
/** In New York. */
export const SUMMER_ENDS = '2026-11-01';
/** A Saturday on which Hugging Face has a list all the same. */
export const BUSY_SATURDAY = '2026-11-07';
/** The day after Thanksgiving. */
export const HOLIDAY = '2026-11-27';

const DAY_MS = 86_400_000;

/** The days from the first to the last, both included. */
export function daysFrom(first: string, last: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** 0 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

const isWeekday = (day: string) => weekdayOf(day) >= 1 && weekdayOf(day) <= 5;

/** A paper, the time from which its lists show it, and the digest that it belongs in. */
export interface TimelinePaper {
  paper: ServedPaper;
  visibleFrom: string;
  digest: string;
}

/** The papers of the month, each with the digest that must contain it: derived by hand from the
 *  calendar, independently of the program. */
export function buildMonthTimeline(): TimelinePaper[] {
  const timeline: TimelinePaper[] = [];
  const add = (paper: ServedPaper, visibleFrom: string, digest: string) =>
    timeline.push({ paper, visibleFrom, digest });
  let number = 0;
  const id = () => {
    number += 1;
    return `2611.${String(number).padStart(5, '0')}`;
  };
  const submittedAt = (day: string) =>
    new Date(`${daysFrom('2026-10-01', day).filter(isWeekday).at(-2)}T12:00:00Z`);
  const digestOf = (usable: string) =>
    usable === '2026-11-11' || usable === '2026-11-12' ? '2026-11-12' : usable;

  for (const day of daysFrom('2026-10-27', LAST_DAY)) {
    const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
    if (isWeekday(day) || day === BUSY_SATURDAY) {
      for (const hour of ['08', '20'])
        add(
          createServedPaper(id(), day, { arxivDay: null, upvotes: number % 7 }),
          `${day}T${hour}:00:00Z`,
          digestOf(next),
        );
    }
    if (!isWeekday(day) || day < FIRST_DAY || day === HOLIDAY) continue;
    const visibleFrom = day === LATE.day ? LATE.at : `${day}T00:00:00Z`;
    const digest = day === '2026-11-10' ? '2026-11-12' : digestOf(day);
    const changes = { submittedAt: submittedAt(day) };
    add(createServedPaper(id(), day, { ...changes, hfDay: null }), visibleFrom, digest);
    add(createServedPaper(id(), day, changes), visibleFrom, digest);
  }
  return timeline;
}
