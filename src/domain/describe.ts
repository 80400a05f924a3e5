import type { Paper } from './paper.ts';
import type { Frequency, Preferences } from './subscriber.ts';

/** `5 authors, 19 March 2026, 12 upvotes, 2 comments`; parts that are unknown or zero are left out. */
export function describePaper(paper: Paper): string {
  return [
    describeAuthors(paper),
    paper.publishedOn === null ? '' : describeDay(paper.publishedOn),
    paper.upvotes > 0 ? countOf(paper.upvotes, 'upvote') : '',
    paper.comments > 0 ? countOf(paper.comments, 'comment') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Who: `Tencent`, `5 authors`, `1 author`, or the names when there are one to three; empty when unknown. */
export function describeAuthors(
  paper: Pick<Paper, 'authors' | 'authorCount' | 'organization'>,
): string {
  if (paper.organization) return paper.organization;
  const count = paper.authorCount ?? paper.authors.length;
  const isEveryoneNamed = paper.authors.length === count;
  if (isEveryoneNamed && count <= MOST_NAMES) return describeList(paper.authors);
  return count > 0 ? countOf(count, 'author') : '';
}

/** `a`, `a and b`, `a, b and c`; empty for none. Names that hold commas are kept apart: `a, b as well as c`,
 *  `a, b; c; and d`. */
export function describeList(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  if (names.length < 2) return last;
  const others = names.slice(0, -1);
  if (!names.some((name) => name.includes(','))) return `${others.join(', ')} and ${last}`;
  return others.length === 1
    ? `${others[0]} as well as ${last}`
    : `${others.join('; ')}; and ${last}`;
}

/** `on weekdays at 07:00, Berlin time`; weekly digests come on Mondays. */
export function describeWhen(
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>,
): string {
  const days = DAYS_OF_FREQUENCY[preferences.frequency];
  return `${days} at ${describeHour(preferences.hour)}, ${describeZone(preferences.timezone)}`;
}

/** `7` → `07:00`. */
export function describeHour(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** `Europe/Berlin` → `Berlin time`, `America/New_York` → `New York time`, `UTC` → `UTC`; zones that
 *  are no place keep their name (`GMT`). */
export function describeZone(timezone: string): string {
  if (NAMES_OF_UTC.has(timezone)) return 'UTC';
  if (!timezone.includes('/')) return timezone;
  if (timezone.startsWith(FIXED_OFFSET)) return describeOffset(timezone.slice(FIXED_OFFSET.length));
  const place = timezone.slice(timezone.lastIndexOf('/') + 1).replaceAll('_', ' ');
  return `${place} time`;
}

/** `2026-05-08` → `8 May 2026`; a text that is no day comes back as it is. */
export function describeDay(day: string): string {
  return formatDay(DAY_FORMAT, day);
}

/** `2026-05-08` → `Friday, 8 May 2026`; a text that is no day comes back as it is. */
export function describeLongDay(day: string): string {
  const weekday = formatDay(WEEKDAY_FORMAT, day);
  return weekday === day ? day : `${weekday}, ${describeDay(day)}`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return COUNT_FORMAT.format(count);
}

/** `1 paper`, `49 papers`, `1,204 papers`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `once`, `twice`, `3 times`. */
export function countTimes(count: number): string {
  return ['never', 'once', 'twice'][count] ?? countOf(count, 'time');
}

/** `ten` → `Ten`. */
export function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `2026-05-08` → `Friday`. */
export function describeWeekday(day: string): string {
  return formatDay(WEEKDAY_FORMAT, day);
}

/** Words for 0 to 20 (`ten`), digits beyond. */
export function countWord(count: number): string {
  return COUNT_WORDS[count] ?? String(count);
}

/** IANA turns the sign round: `Etc/GMT+5` is five hours behind UTC. */
function describeOffset(offset: string): string {
  const sign = offset.startsWith('+') ? '-' : '+';
  return offset === '' ? 'GMT' : `UTC${sign}${offset.slice(1)}`;
}

function formatDay(format: Intl.DateTimeFormat, day: string): string {
  const midnight = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(midnight.getTime()) ? day : format.format(midnight);
}

/** More names than these no longer fit a byline. */
const MOST_NAMES = 3;

const DAYS_OF_FREQUENCY = {
  daily: 'every day',
  weekdays: 'on weekdays',
  weekly: 'on Mondays',
} satisfies Record<Frequency, string>;

const FIXED_OFFSET = 'Etc/GMT';

const NAMES_OF_UTC: ReadonlySet<string> = new Set([
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
const DAY_FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const WEEKDAY_FORMAT = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' });

const COUNT_WORDS: readonly string[] = [
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
