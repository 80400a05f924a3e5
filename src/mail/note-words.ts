import { describeDay, describeList, describeWeekday } from '../domain/describe.ts';
import type { Digest, RankedPaper } from '../domain/digest.ts';
import { addDays, isDue, nextOccurrence } from '../domain/schedule.ts';
import type { Preferences } from '../domain/subscriber.ts';
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

/** Whose notes they are. */
export interface NoteReader {
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'bar'>;
  /** The day of the first digest since the last mail that held too little to be sent, `YYYY-MM-DD`. */
  quietSince: string | null;
}

/** What a digest is told by. */
export interface NoteFacts {
  digest: Digest;
  /** The digests of its kind before, the newest first. */
  earlier: readonly EarlierDigest[];
  papers: readonly RankedPaper[];
  /** @defaultValue what the calendar tells */
  days?: DayFacts;
}

export type EarlierDigest = Pick<Digest, 'date' | 'composedAt'>;

/** Everything that is to be explained at the top of a reader's copy, one sentence after the other; empty when
 *  nothing is. */
export function noteFor(facts: NoteFacts, { preferences, quietSince }: NoteReader): string {
  const { digest, earlier, papers, days } = facts;
  const notMine = notDue(earlier, digest, preferences);
  const previousDate = earlier[0]?.date ?? null;
  const previousOwn = earlier[notMine.length]?.date ?? null;
  return [
    quietSince === null ? null : quietNote(digest, quietSince, previousOwn, preferences.bar),
    restNote(notMine),
    gapNote(digest, previousDate, papers, days),
  ]
    .filter((note) => note !== null)
    .join(' ');
}

/** Dates of the digests right before this one that the reader was not due, as on a Saturday one who reads on
 *  weekdays; the newest first. */
function notDue(
  earlier: readonly EarlierDigest[],
  { kind }: Digest,
  { frequency, hour, timezone }: NoteReader['preferences'],
): string[] {
  if (kind === 'weekly' || frequency !== 'weekdays') return [];
  const isMine = ({ composedAt }: EarlierDigest) =>
    isDue(frequency, kind, nextOccurrence(composedAt, hour, timezone), timezone);
  const first = earlier.findIndex(isMine);
  return earlier.slice(0, first === -1 ? earlier.length : first).map(({ date }) => date);
}

/** `The editions of Saturday and Sunday came while you rested: they are in the archive.` */
function restNote(dates: readonly string[]): string | null {
  const days = dates.slice(0, MOST_DAYS).reverse().map(describeWeekday);
  if (days.length === 0) return null;
  return days.length === 1
    ? `${days[0]}’s edition came while you rested: it is in the archive.`
    : `The editions of ${describeList(days)} came while you rested: they are in the archive.`;
}

/**
 * Why there was no digest on the days before this one: `Saturday and Sunday brought no papers: arXiv
 * rests at weekends.` When too many are missing to be explained by a rest, or when papers of those days stand
 * in this digest although none were late, then it was we who rested: `This is the first edition since
 * Thursday.` Null when none is missing.
 */
export function gapNote(
  { kind, date }: Digest,
  previousDate: string | null,
  papers: readonly RankedPaper[],
  facts = CALENDAR_ONLY,
): string | null {
  if (kind === 'weekly' || previousDate === null) return null;
  const days = daysBetween(previousDate, date);
  if (days.length === 0) return null;
  const isLate = days.length <= MOST_DAYS && days.some((day) => facts.lateOn.has(day));
  const isOurs = !isLate && papers.some(({ usableOn }) => days.includes(usableOn));
  if (isOurs || days.length > MOST_DAYS) {
    return `This is the first edition since ${describeNear(previousDate, date)}.`;
  }
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
 * cleared your bar, so we let you sleep. Here is Friday.` `previousDate` is that of the reader's digest
 * before. Null when `quietSince` is not before this one.
 */
export function quietNote(
  { kind, date }: Digest,
  quietSince: string,
  previousDate: string | null,
  bar: Preferences['bar'],
): string | null {
  if (quietSince >= date) return null;
  const isOne = quietSince === previousDate;
  const missed = bar === 'low' ? 'matched what you follow' : 'cleared your bar';
  const quiet = (when: string, now: string) =>
    `Nothing ${when} ${missed}, so we let you sleep. Here is ${now}.`;
  if (kind === 'weekly') {
    return quiet(isOne ? 'last week' : `since ${describeDay(quietSince)}`, 'this week');
  }
  const day = describeNear(quietSince, date);
  return quiet(isOne ? `on ${day}` : `since ${day}`, describeWeekday(date));
}

/** A day before another: its weekday, as long as that names it without doubt. */
function describeNear(day: string, date: string): string {
  return addDays(day, NEAR_DAYS) >= date ? describeWeekday(day) : describeDay(day);
}

/** The days after `first` and before `last`, as many as could be told, and one more. */
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
