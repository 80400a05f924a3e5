import { DIGEST_EMAIL_COPY } from '../../copy/en/emails/digest.ts';
import { shortenTopicName } from '../../copy/en/format.ts';
import type { ReasonPeriod } from '../../copy/en/reasons.ts';
import { WORDS_PER_MINUTE } from '../../domain/digests/reading-time.ts';
import { memoise } from '../../domain/memoise.ts';
import { shortenTitle } from '../../domain/papers/shorten-title.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';

/**
 * `This week: Attention Is All You Need, and 9 more`: the subject of an email of `count` papers, in
 * the words of the first one's title. Has at most 60 characters before `, and`.
 */
export function formatPapersSubject(
  title: string,
  { count, period }: { count: number; period: ReasonPeriod },
): string {
  const { subjectBeginnings, subjectEnding } = DIGEST_EMAIL_COPY;
  const beginning = subjectBeginnings[period];
  return beginning + shortenTitle(title, MAX_SUBJECT - beginning.length) + subjectEnding(count - 1);
}

/** How a paper is named in a preheader. */
export function shortenForPreheader(title: string): string {
  return shortenTitle(title, MAX_PREHEADER_NAME);
}

/**
 * The line that an inbox shows behind the subject: as many of the next papers as fit, and the count
 * of papers; 40 to 150 characters. Returned in parts that spaces separate, one for each name, so
 * that each can be cached. `names` are those of the papers, in order.
 */
export function createPreheader({
  names,
  paperCount,
  day,
}: {
  names: readonly string[];
  paperCount: string;
  day: string;
}): string[] {
  const { name: formatName, withoutNames } = DIGEST_EMAIL_COPY.preheader;
  const named: string[] = [];
  let length = paperCount.length;
  for (const name of names.slice(1)) {
    const added = formatName(name, { isFirst: named.length === 0, isLast: true }).length + 1;
    if (length + added > MAX_PREHEADER) continue;
    length += added;
    named.push(name);
  }
  if (named.length === 0) return [withoutNames({ day, paperCount })];
  const last = named.length - 1;
  return [
    ...named.map((name, at) => formatName(name, { isFirst: at === 0, isLast: at === last })),
    paperCount,
  ];
}

/**
 * HTML of the invisible characters that keep the next words of the email out of an inbox's preview,
 * after a preheader of `length` characters.
 */
export function padPreheader(length: number): string {
  return '&#847;&zwnj;&nbsp;'.repeat(Math.max(0, Math.ceil((PREVIEW_LENGTH - length) / 2)));
}

/** `A four-minute read.`, at 230 words a minute. */
export function describeReadingTime(wordCount: number): string {
  return DIGEST_EMAIL_COPY.readingTime(Math.max(1, Math.round(wordCount / WORDS_PER_MINUTE)));
}

/** `Chosen for your topics: State space, Hardware; and for your keywords: stateless.` */
export function describeSelectionBasis({
  topicNames,
  keywords,
  names,
  hasFeedback,
}: {
  topicNames: readonly string[];
  keywords: readonly string[];
  /** Authors and organisations. */
  names: readonly string[];
  /** Whether the subscriber's feedback had a part in the selection. */
  hasFeedback: boolean;
}): string {
  return DIGEST_EMAIL_COPY.selectionBasis({
    topics: truncateText(joinWithCommas(topicNames.map(toShortTopicName)), MAX_SELECTION_BASIS),
    keywords: truncateText(joinWithCommas(keywords.map(toSingleLine)), MAX_SELECTION_BASIS),
    names: truncateText(joinWithCommas(names.map(toSingleLine)), MAX_SELECTION_BASIS),
    hasFeedback,
  });
}

const toShortTopicName = memoise((name: string) => toSingleLine(shortenTopicName(name)));

/** Semicolons separate names that contain commas. */
function joinWithCommas(names: readonly string[]): string {
  if (names.length === 0) return '';
  return names.join(names.some((name) => name.includes(',')) ? '; ' : ', ');
}

/** In characters. */
const MAX_SUBJECT = 60;
const MAX_PREHEADER = 150;
const MAX_PREHEADER_NAME = 45;
/** No inbox shows more. */
const PREVIEW_LENGTH = 200;
/** More than twenty keywords of eighty characters. */
const MAX_SELECTION_BASIS = 1_700;
