import { countWord, describeHour, describeList, describeZone } from '../../domain/describe.ts';
import type { Bar, Frequency, Preferences } from '../../domain/subscriber.ts';

/** A piece of the sentence; the chosen ones lead to where they are chosen. */
export interface SentencePart {
  text: string;
  href: string | null;
}

/** `ten papers on weekdays at 07:00 Berlin time, from four topics, two words and one name, never on
 *  Computer vision, when one stands out.` */
export function deliverySentence(
  preferences: Preferences,
  nameOf: (slug: string) => string,
): SentencePart[] {
  const { papers, minutes, frequency, hour, timezone, mutedTopics, bar } = preferences;
  return [
    chosen(
      minutes === null
        ? counted(papers, 'paper')
        : `what you read in ${counted(minutes, 'minute')}`,
      'how-much',
    ),
    said(frequency === 'daily' ? ' ' : ' on '),
    chosen(DAYS[frequency], 'when'),
    said(' at '),
    chosen(`${describeHour(hour)} ${describeZone(timezone)}`, 'when'),
    said(', from '),
    ...listed(sourcesOf(preferences)),
    ...(mutedTopics.length === 0
      ? []
      : [said(', never on '), chosen(mutesOf(mutedTopics.map(nameOf)), 'topics')]),
    ...(bar === 'low' ? [] : [said(', '), chosen(BARS_SAID[bar], 'bar')]),
    said('.'),
  ];
}

/** `Weekdays, 07:00, Berlin`: as short as a phone's line. */
export function valueOfWhen({ frequency, hour, timezone }: Preferences): string {
  return `${SHORT_DAYS[frequency]}, ${describeHour(hour)}, ${describeZone(timezone).replace(/ time$/, '')}`;
}

function sourcesOf({ topics, keywords, names }: Preferences): SentencePart[] {
  return [
    chosen(topics.length === 0 ? 'every topic' : counted(topics.length, 'topic'), 'topics'),
    ...(keywords.length === 0 ? [] : [chosen(counted(keywords.length, 'word'), 'words')]),
    ...(names.length === 0 ? [] : [chosen(counted(names.length, 'name'), 'words')]),
  ];
}

/** With commas between them and an “and” before the last. */
function listed(parts: readonly SentencePart[]): SentencePart[] {
  return parts.flatMap((part, at) => {
    if (at === 0) return [part];
    return [said(at === parts.length - 1 ? ' and ' : ', '), part];
  });
}

/** Their names while there are few. */
function mutesOf(names: readonly string[]): string {
  return names.length <= 2 ? describeList(names) : counted(names.length, 'topic');
}

function said(text: string): SentencePart {
  return { text, href: null };
}

function chosen(text: string, section: string): SentencePart {
  return { text, href: `#${section}` };
}

function counted(count: number, noun: string): string {
  return `${countWord(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const BARS_SAID = {
  middle: 'when one stands out',
  high: 'when one is much talked about',
} satisfies Record<Exclude<Bar, 'low'>, string>;

const DAYS = {
  daily: 'every day',
  weekdays: 'weekdays',
  weekly: 'Mondays',
} satisfies Record<Frequency, string>;

const SHORT_DAYS = {
  daily: 'Daily',
  weekdays: 'Weekdays',
  weekly: 'Mondays',
} satisfies Record<Frequency, string>;
