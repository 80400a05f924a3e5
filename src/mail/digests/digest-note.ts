import { DIGEST_NOTE_COPY } from '../../copy/en/emails/digest.ts';
import { formatDate, formatWeekday } from '../../copy/en/format.ts';
import type { Digest, RankedPaper } from '../../domain/digests/digest.ts';
import {
  type ClassifyNonWorkingDay,
  createNonWorkingDayClassifier,
} from '../../domain/sources/working-days.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import { addDays, findNextOccurrence, isDigestDue } from '../../domain/time/schedule.ts';

/** What explains a day without a digest. */
export interface DayFacts {
  classifyNonWorkingDay: ClassifyNonWorkingDay;
  /** Days whose papers were expected and did not come in time. */
  lateOn: ReadonlySet<string>;
}

/** Used without sources: weekends and holidays alone. */
export const CALENDAR_ONLY: DayFacts = {
  classifyNonWorkingDay: createNonWorkingDayClassifier([]),
  lateOn: new Set(),
};

/** The subscriber whose note is composed. */
export interface NoteRecipient {
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'relevanceThreshold'>;
  /** The day of the first digest since the last mail that was skipped as not relevant enough,
   *  `YYYY-MM-DD`; null when none was. */
  quietSince: string | null;
}

/** What the notes of a digest depend on. */
export interface NoteFacts {
  digest: Digest;
  /** The previous digests of its kind, the newest first. */
  earlier: readonly EarlierDigest[];
  papers: readonly RankedPaper[];
  /** @defaultValue `CALENDAR_ONLY` */
  days?: DayFacts;
}

export type EarlierDigest = Pick<Digest, 'date' | 'composedAt'>;

/** The note at the top of a subscriber's digest: a sentence for each gap since their previous one;
 *  empty when there is none. */
export function composeNote(facts: NoteFacts, { preferences, quietSince }: NoteRecipient): string {
  const { digest, earlier, papers, days } = facts;
  const offDays = listOffDays(earlier, digest, preferences);
  const previousOwnDate = earlier[offDays.length]?.date ?? null;
  const { relevanceThreshold } = preferences;
  return [
    quietSince === null
      ? null
      : createQuietNote({
          digest,
          quietSince,
          previousDate: previousOwnDate,
          relevanceThreshold,
        }),
    createOffDayNote(offDays),
    createGapNote({ digest, previousDate: earlier[0]?.date ?? null, papers, days }),
  ]
    .filter((note) => note !== null)
    .join(' ');
}

/** Dates of the digests right before this one that fell on a day off of the subscriber, such as a
 *  Saturday; the newest first. */
function listOffDays(
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

/** Null when `dates` is empty. */
function createOffDayNote(dates: readonly string[]): string | null {
  const days = dates.slice(0, MAX_NAMED_DAYS).reverse().map(formatWeekday);
  return days.length === 0 ? null : DIGEST_NOTE_COPY.offDays(days);
}

/**
 * Why there was no digest on the days before this one; null when no day is missing. Names the days
 * and their reason, unless there are too many, or unless papers of those days are in this digest
 * although none were late: then it was our outage, and the note says only since when.
 */
export function createGapNote({
  digest: { kind, date },
  previousDate,
  papers,
  days: facts = CALENDAR_ONLY,
}: {
  digest: Digest;
  previousDate: string | null;
  papers: readonly RankedPaper[];
  days?: DayFacts | undefined;
}): string | null {
  if (kind === 'weekly' || previousDate === null) return null;
  const days = listDaysBetween(previousDate, date);
  if (days.length === 0) return null;
  const isLate = days.length <= MAX_NAMED_DAYS && days.some((day) => facts.lateOn.has(day));
  const isOwnOutage = !isLate && papers.some(({ usableOn }) => days.includes(usableOn));
  if (isOwnOutage || days.length > MAX_NAMED_DAYS)
    return DIGEST_NOTE_COPY.firstSince(describeNearbyDay(previousDate, date));
  const reason = isLate ? 'late' : classifyGap(days, facts);
  return DIGEST_NOTE_COPY.noPapers({
    days: days.map(formatWeekday),
    reason: DIGEST_NOTE_COPY.gapReasons[reason],
  });
}

type GapReason = keyof typeof DIGEST_NOTE_COPY.gapReasons;

function classifyGap(days: readonly string[], { classifyNonWorkingDay }: DayFacts): GapReason {
  const kinds = days.map(classifyNonWorkingDay);
  if (kinds.every((kind) => kind === 'weekend')) return 'weekend';
  return kinds.includes(null) ? 'none' : 'holiday';
}

/**
 * Says that digests were skipped because nothing in them was relevant enough. `previousDate` is
 * the date of the subscriber's previous digest. Null when `quietSince` is not before this digest.
 */
export function createQuietNote({
  digest: { kind, date },
  quietSince,
  previousDate,
  relevanceThreshold,
}: {
  digest: Digest;
  quietSince: string;
  previousDate: string | null;
  relevanceThreshold: Preferences['relevanceThreshold'];
}): string | null {
  if (quietSince >= date) return null;
  const { quiet, onDay, sinceDay, lastWeek, thisWeek } = DIGEST_NOTE_COPY;
  const isOne = quietSince === previousDate;
  const hasThreshold = relevanceThreshold !== 'low';
  if (kind === 'weekly') {
    const when = isOne ? lastWeek : sinceDay(formatDate(quietSince));
    return quiet({ when, now: thisWeek, hasThreshold });
  }
  const day = describeNearbyDay(quietSince, date);
  const when = isOne ? onDay(day) : sinceDay(day);
  return quiet({ when, now: formatWeekday(date), hasThreshold });
}

/** A day before `date` as a weekday when that is unambiguous, else as a date. */
function describeNearbyDay(day: string, date: string): string {
  return addDays(day, UNAMBIGUOUS_WEEKDAY_DAYS) >= date ? formatWeekday(day) : formatDate(day);
}

/** The days after `first` and before `last`, but no more than `MAX_NAMED_DAYS + 1` of them. */
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

/** A longer gap is neither a weekend nor a holiday. */
const MAX_NAMED_DAYS = 4;
/** A weekday names a day of the last six without doubt. */
const UNAMBIGUOUS_WEEKDAY_DAYS = 6;
