import type { DelaySummary } from '../../domain/deliveries/delay-summary.ts';
import { chooseBylineAuthors } from '../../domain/papers/byline.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import type { PaperSummary } from '../../domain/papers/source-details.ts';
import type { Frequency, Preferences } from '../../domain/subscribers/subscriber.ts';

/** `Xu et al., 19 Mar 2026, ICML 2026, 12 upvotes, 2 comments`, without unknown or zero parts. */
export function describePaper(paper: Paper): string {
  return [
    describeAuthors(paper),
    paper.publishedOn === null ? '' : formatShortDate(paper.publishedOn),
    paper.details.venue ?? '',
    paper.upvotes > 0 ? formatQuantity(paper.upvotes, 'upvote') : '',
    paper.comments > 0 ? formatQuantity(paper.comments, 'comment') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** `Tencent`, one to three names, `Xu et al.`, or `5 authors` where no name is known; empty when
 *  nothing is. */
export function describeAuthors(
  paper: Pick<Paper, 'authors' | 'authorCount' | 'organization'>,
): string {
  const { names, hasOthers, count } = chooseBylineAuthors(paper);
  if (hasOthers) return `${joinNames(names)} et al.`;
  return count === null || count === 0 ? joinNames(names) : formatQuantity(count, 'author');
}

/** `Summary by Hugging Face: …`, so that nobody takes it for the authors' or for ours. */
export function describeSummary({ text, by }: PaperSummary): string {
  return `Summary by ${by}: ${text}`;
}

/** `Keywords: state space models, quantization`; empty for none. */
export function describeKeywords(keywords: readonly string[]): string {
  return keywords.length === 0 ? '' : `Keywords: ${keywords.join(', ')}`;
}

/** `Code, 1,204 stars` of a repository whose stars are known. */
export function describeCode(code: string, stars: number | null): string {
  return stars === null || stars === 0 ? code : `${code}, ${formatQuantity(stars, 'star')}`;
}

/**
 * `a`, `a and b`, `a, b and c`; empty for none. Names with commas stay distinct: `a, b as well as
 * c`, `a, b; c; and d`.
 */
export function joinNames(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  if (names.length < 2) return last;
  const others = names.slice(0, -1);
  if (!names.some((name) => name.includes(','))) return `${others.join(', ')} and ${last}`;
  return others.length === 1
    ? `${others[0]} as well as ${last}`
    : `${others.join('; ')}; and ${last}`;
}

/** `on weekdays at 07:00, Berlin time`; weekly digests come on Mondays. */
export function describeDigestSchedule(
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>,
): string {
  const days = FREQUENCY_LABELS[preferences.frequency];
  return `${days} at ${formatHour(preferences.hour)}, ${formatTimezone(preferences.timezone)}`;
}

/** How late the first attempts were, after the hour that readers chose. */
export function describeDelays({ p50, p95, p99, max }: DelaySummary): string {
  return `Delay after the reader’s hour: at most ${formatSeconds(p50)} for half of the readers, ${formatSeconds(p95)} for 95 %, ${formatSeconds(p99)} for 99 %, ${formatSeconds(max)} for all.`;
}

/** `95 s`, `3 min`, `2.5 h`, rounded up, since delays are said to be at most this long. */
function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 6) / 10} h`;
}

/** `7` → `07:00`. */
export function formatHour(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** `Europe/Berlin` → `Berlin time`, `America/New_York` → `New York time`, `UTC` → `UTC`; zones that
 *  are not named after a place keep their name (`GMT`). */
export function formatTimezone(timezone: string): string {
  if (UTC_ALIASES.has(timezone)) return 'UTC';
  if (!timezone.includes('/')) return timezone;
  if (timezone.startsWith(FIXED_OFFSET_PREFIX))
    return formatUtcOffset(timezone.slice(FIXED_OFFSET_PREFIX.length));
  const city = timezone.slice(timezone.lastIndexOf('/') + 1).replaceAll('_', ' ');
  return `${city} time`;
}

/** `2026-05-08` → `8 May 2026`; any other text is returned unchanged. */
export function formatDate(day: string): string {
  return formatDateWith(DATE_FORMAT, day);
}

/** `2026-03-19` → `19 Mar 2026`, for bylines on a phone; any other text is returned unchanged. */
function formatShortDate(day: string): string {
  return formatDateWith(SHORT_DATE_FORMAT, day);
}

/** `2026-05-08` → `Friday, 8 May 2026`; any other text is returned unchanged. */
export function formatLongDate(day: string): string {
  const weekday = formatDateWith(WEEKDAY_FORMAT, day);
  return weekday === day ? day : `${weekday}, ${formatDate(day)}`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return COUNT_FORMAT.format(count);
}

/** `1 paper`, `49 papers`, `1,204 papers`. */
export function formatQuantity(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `once`, `twice`, `3 times`. */
export function formatTimes(count: number): string {
  return ['never', 'once', 'twice'][count] ?? formatQuantity(count, 'time');
}

/** A topic's short name: `Hardware, kernels & edge` → `Hardware`, unless too little is left. */
export function shortenTopicName(name: string): string {
  const [first = ''] = name.split(/,? & |, /);
  return first.length < MIN_SHORT_NAME ? name : first;
}

/** `ten` → `Ten`. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `2026-05-08` → `Friday`. */
export function formatWeekday(day: string): string {
  return formatDateWith(WEEKDAY_FORMAT, day);
}

/** Words for 0 to 20 (`ten`), digits beyond. */
export function spellNumber(count: number): string {
  return NUMBER_WORDS[count] ?? String(count);
}

/** IANA inverts the sign: `Etc/GMT+5` is five hours behind UTC. */
function formatUtcOffset(offset: string): string {
  const sign = offset.startsWith('+') ? '-' : '+';
  return offset === '' ? 'GMT' : `UTC${sign}${offset.slice(1)}`;
}

function formatDateWith(format: Intl.DateTimeFormat, day: string): string {
  const midnight = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(midnight.getTime()) ? day : format.format(midnight);
}

const FREQUENCY_LABELS = {
  daily: 'every day',
  weekdays: 'on weekdays',
  weekly: 'on Mondays',
} satisfies Record<Frequency, string>;

/** In characters. */
const MIN_SHORT_NAME = 5;

const FIXED_OFFSET_PREFIX = 'Etc/GMT';

const UTC_ALIASES: ReadonlySet<string> = new Set([
  'UTC',
  'Etc/UTC',
  'Etc/UCT',
  'Etc/Universal',
  'Etc/Zulu',
  'UCT',
  'Universal',
  'Zulu',
]);

const COUNT_FORMAT = new Intl.NumberFormat('en-GB');
const DATE_FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const SHORT_DATE_FORMAT = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeZone: 'UTC',
});
const WEEKDAY_FORMAT = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' });

const NUMBER_WORDS: readonly string[] = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
];
