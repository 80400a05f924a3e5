import type { DigestKind } from '../../domain/digests/digest.ts';
import { WORDS_PER_MINUTE } from '../../domain/digests/reading-time.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import { describeDigestSchedule, spellNumber } from '../../domain/text/format.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';

/** `The Residual Stream Is All You Need, and 9 more`, for the name of the top one of `count` papers. */
export function formatDigestSubject(top: string, count: number): string {
  const more = count > 1 ? `, and ${count - 1} more` : '';
  return truncateText(top, MAX_SUBJECT - more.length) + more;
}

/**
 * The line that an inbox shows behind the subject, in its parts, one for each name: the next names and the
 * count, 40 to 130 characters. `names` are those of the papers, in order.
 */
export function createPreheader({
  names,
  count,
  day,
}: {
  names: readonly string[];
  count: string;
  day: string;
}): string[] {
  const fragments: string[] = [];
  let length = ALSO.length + count.length + 2;
  for (let at = 1; at < names.length; at += 1) {
    const name = names[at] as string;
    length += name.length + (at === 1 ? 0 : AND.length);
    if (length > MAX_PREHEADER) break;
    fragments.push(at === 1 ? ALSO + name : AND + name);
  }
  return fragments.length > 0 ? [...fragments, `. ${count}`] : [`${day}: ${count}`];
}

/** `A four-minute read.`, for a reader of 230 words a minute. */
export function describeReadingTime(words: number): string {
  const minutes = spellNumber(Math.max(1, Math.round(words / WORDS_PER_MINUTE)));
  return `${/^(?:8|1[18]|eight|eleven)/.test(minutes) ? 'An' : 'A'} ${minutes}-minute read.`;
}

/** `Chosen by your topics: State space, Hardware; and your words: stateless.` */
export function describeSelectionBasis(
  topicNames: readonly string[],
  keywords: readonly string[],
): string {
  const topics = truncateText(joinNames(topicNames.map(toSingleLine)), MAX_SELECTION_BASIS);
  const words = truncateText(keywords.map(toSingleLine).join(', '), MAX_SELECTION_BASIS);
  if (topics === '' && words === '') return 'Chosen without topics of yours: the best of the day.';
  if (words === '') return `Chosen by your topics: ${topics}.`;
  return topics === ''
    ? `Chosen by your words: ${words}.`
    : `Chosen by your topics: ${topics}; and your words: ${words}.`;
}

/** Names that hold commas are parted by semicolons. */
function joinNames(names: readonly string[]): string {
  return names.join(names.some((name) => name.includes(',')) ? '; ' : ', ');
}

/** `You get Paperboy on weekdays at 07:00, Berlin time, because`; `askedOf` goes on. */
export function describeSubscriptionReason(
  siteName: string,
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>,
): string {
  return `You get ${siteName} ${toSingleLine(describeDigestSchedule(preferences))}, because`;
}

/** `ada@example.org asked for it on 2 March 2026.`; `day` is that of the sign-up, as words. */
export function describeSignUp(email: string, day: string | null): string {
  return `${toSingleLine(email)} asked for it${day === null ? '' : ` on ${day}`}.`;
}

/** How an edition of this kind ends, and where the papers that were not chosen are. */
export const DIGEST_ENDINGS = {
  daily: { ending: 'That is today’s edition.', place: 'on the front page' },
  weekly: { ending: 'That is this week’s edition.', place: 'in the archive' },
} satisfies Record<DigestKind, { ending: string; place: string }>;

/** `The other 39 papers` and `are on the front page`; empty when there are none. */
export function describeOtherPapers(
  count: number,
  place: string,
): { others: string; othersAre: string } {
  if (count <= 0) return { others: '', othersAre: '' };
  if (count === 1) return { others: 'The other paper', othersAre: `is ${place}` };
  return { others: `The other ${count} papers`, othersAre: `are ${place}` };
}

/** `49 papers` */
export function formatPaperCount(count: number): string {
  return `${count} paper${count === 1 ? '' : 's'}`;
}

/** In characters. */
const MAX_SUBJECT = 150;
const MAX_PREHEADER = 130;
const ALSO = 'Also ';
const AND = '; ';
/** More than twenty words of eighty characters. */
const MAX_SELECTION_BASIS = 1_700;
