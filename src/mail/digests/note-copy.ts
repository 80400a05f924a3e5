import type { Digest, RankedPaper } from '../../domain/digests/digest.ts';
import {
  type ClassifyNonWorkingDay,
  createNonWorkingDayClassifier,
} from '../../domain/sources/working-days.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import { formatDate, formatWeekday, joinNames } from '../../domain/text/format.ts';
import { addDays, findNextOccurrence, isDigestDue } from '../../domain/time/schedule.ts';

/** What is known of a day without a digest. */
export interface DayFacts {
  classifyNonWorkingDay: ClassifyNonWorkingDay;
  /** Days whose papers were expected and did not come in time. */
  lateOn: ReadonlySet<string>;
}

/** Without sources there is only the calendar. */
export const CALENDAR_ONLY: DayFacts = {
  classifyNonWorkingDay: createNonWorkingDayClassifier([]),
  lateOn: new Set(),
};

/** Whose notes they are. */
export interface NoteRecipient {
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'relevanceThreshold'>;
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
export function composeNote(facts: NoteFacts, { preferences, quietSince }: NoteRecipient): string {
  const { digest, earlier, papers, days } = facts;
  const undueDates = listUndueDates(earlier, digest, preferences);
  const previousDate = earlier[0]?.date ?? null;
  const previousOwnDate = earlier[undueDates.length]?.date ?? null;
  return [
    quietSince === null
      ? null
      : createQuietNote(digest, quietSince, previousOwnDate, preferences.relevanceThreshold),
    createOffDayNote(undueDates),
    createGapNote(digest, previousDate, papers, days),
  ]
    .filter((note) => note !== null)
    .join(' ');
}

/** Dates of the digests right before this one that the reader was not due, as on a Saturday one who reads on
 *  weekdays; the newest first. */
function listUndueDates(
  earlier: readonly EarlierDigest[],
  { kind }: Digest,
  { frequency, hour, timezone }: NoteRecipient['preferences'],
): string[] {
  if (kind === 'weekly' || frequency !== 'weekdays') return [];
  const isDueForRecipient = ({ composedAt }: EarlierDigest) =>
    isDigestDue(frequency, kind, findNextOccurrence(composedAt, hour, timezone), timezone);
  const first = earlier.findIndex(isDueForRecipient);
  return earlier.slice(0, first === -1 ? earlier.length : first).map(({ date }) => date);
}

/** `The editions of Saturday and Sunday came while you rested: they are in the archive.` */
function createOffDayNote(dates: readonly string[]): string | null {
  const days = dates.slice(0, MAX_NAMED_DAYS).reverse().map(formatWeekday);
  if (days.length === 0) return null;
  return days.length === 1
    ? `${days[0]}’s edition came while you rested: it is in the archive.`
    : `The editions of ${joinNames(days)} came while you rested: they are in the archive.`;
}

/**
 * Why there was no digest on the days before this one: `Saturday and Sunday brought no papers: arXiv
 * rests at weekends.` When too many are missing to be explained by a rest, or when papers of those days stand
 * in this digest although none were late, then it was we who rested: `This is the first edition since
 * Thursday.` Null when none is missing.
 */
export function createGapNote(
  { kind, date }: Digest,
  previousDate: string | null,
  papers: readonly RankedPaper[],
  facts = CALENDAR_ONLY,
): string | null {
  if (kind === 'weekly' || previousDate === null) return null;
  const days = listDaysBetween(previousDate, date);
  if (days.length === 0) return null;
  const isLate = days.length <= MAX_NAMED_DAYS && days.some((day) => facts.lateOn.has(day));
  const isOwnOutage = !isLate && papers.some(({ usableOn }) => days.includes(usableOn));
  if (isOwnOutage || days.length > MAX_NAMED_DAYS) {
    return `This is the first edition since ${describeNearbyDay(previousDate, date)}.`;
  }
  const why = isLate ? LATE_REASON : GAP_REASONS[classifyGap(days, facts)];
  return `${joinNames(days.map(formatWeekday))} brought no papers: ${why}.`;
}

const LATE_REASON = 'they did not reach us in time. What has come since is in here';

const GAP_REASONS = {
  weekend: 'arXiv rests at weekends',
  holiday: 'arXiv had a holiday',
  none: 'none were listed',
};

function classifyGap(
  days: readonly string[],
  { classifyNonWorkingDay }: DayFacts,
): keyof typeof GAP_REASONS {
  const kinds = days.map(classifyNonWorkingDay);
  if (kinds.every((kind) => kind === 'weekend')) return 'weekend';
  return kinds.includes(null) ? 'none' : 'holiday';
}

/**
 * That digests were held back, since they had nothing above the reader's bar: `Nothing on Thursday
 * cleared your bar, so we let you sleep. Here is Friday.` `previousDate` is that of the reader's digest
 * before. Null when `quietSince` is not before this one.
 */
export function createQuietNote(
  { kind, date }: Digest,
  quietSince: string,
  previousDate: string | null,
  relevanceThreshold: Preferences['relevanceThreshold'],
): string | null {
  if (quietSince >= date) return null;
  const isOne = quietSince === previousDate;
  const missedCriterion =
    relevanceThreshold === 'low' ? 'matched what you follow' : 'cleared your bar';
  const formatQuiet = (when: string, now: string) =>
    `Nothing ${when} ${missedCriterion}, so we let you sleep. Here is ${now}.`;
  if (kind === 'weekly') {
    return formatQuiet(isOne ? 'last week' : `since ${formatDate(quietSince)}`, 'this week');
  }
  const day = describeNearbyDay(quietSince, date);
  return formatQuiet(isOne ? `on ${day}` : `since ${day}`, formatWeekday(date));
}

/** A day before another: its weekday, as long as that names it without doubt. */
function describeNearbyDay(day: string, date: string): string {
  return addDays(day, UNAMBIGUOUS_WEEKDAY_DAYS) >= date ? formatWeekday(day) : formatDate(day);
}

/** The days after `first` and before `last`, as many as could be told, and one more. */
function listDaysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (
    let day = addDays(first, 1);
    day < last && days.length <= MAX_NAMED_DAYS;
    day = addDays(day, 1)
  )
    days.push(day);
  return days;
}

/** A longer silence is no weekend and no holiday. */
const MAX_NAMED_DAYS = 4;
/** Days that their weekday names without doubt. */
const UNAMBIGUOUS_WEEKDAY_DAYS = 6;
