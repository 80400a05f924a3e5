import { DIGEST_EMAIL_COPY } from '../../copy/en/emails/digest.ts';
import { WORDS_PER_MINUTE } from '../../domain/digests/reading-time.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';

/** `The Residual Stream Is All You Need, and 9 more`: the subject of a digest of `count` papers, at
 *  most 150 characters. `top` is the name of the first one. */
export function formatDigestSubject(top: string, count: number): string {
  const ending = DIGEST_EMAIL_COPY.subjectEnding(count - 1);
  return truncateText(top, MAX_SUBJECT - ending.length) + ending;
}

/**
 * The line that an inbox shows behind the subject: as many of the next names as fit, and the count
 * of papers; 40 to 130 characters. Returned in parts, one for each name, so that each can be
 * cached. `names` are those of the papers, in order.
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
  const { secondName, nextName, ending, withoutNames } = DIGEST_EMAIL_COPY.preheader;
  const end = ending(paperCount);
  const parts: string[] = [];
  let length = end.length;
  for (const name of names.slice(1)) {
    const part = parts.length === 0 ? secondName(name) : nextName(name);
    length += part.length;
    if (length > MAX_PREHEADER) break;
    parts.push(part);
  }
  return parts.length > 0 ? [...parts, end] : [withoutNames({ day, paperCount })];
}

/** `A four-minute read.`, at 230 words a minute. */
export function describeReadingTime(wordCount: number): string {
  return DIGEST_EMAIL_COPY.readingTime(Math.max(1, Math.round(wordCount / WORDS_PER_MINUTE)));
}

/** `Chosen for your topics: State space, Hardware; and for your keywords: stateless.` */
export function describeSelectionBasis({
  topicNames,
  keywords,
}: {
  topicNames: readonly string[];
  keywords: readonly string[];
}): string {
  return DIGEST_EMAIL_COPY.selectionBasis({
    topics: truncateText(joinTopicNames(topicNames.map(toSingleLine)), MAX_SELECTION_BASIS),
    keywords: truncateText(keywords.map(toSingleLine).join(', '), MAX_SELECTION_BASIS),
  });
}

/** Semicolons separate names that contain commas. */
function joinTopicNames(names: readonly string[]): string {
  return names.join(names.some((name) => name.includes(',')) ? '; ' : ', ');
}

/** In characters. */
const MAX_SUBJECT = 150;
const MAX_PREHEADER = 130;
/** More than twenty keywords of eighty characters. */
const MAX_SELECTION_BASIS = 1_700;
