import { countWord, describeHour, describeZone } from '../../domain/describe.ts';
import type { Frequency, Preferences } from '../../domain/subscriber.ts';

/** A piece of the sentence; the chosen ones lead to where they are chosen. */
export interface SentencePart {
  text: string;
  href: string | null;
}

/** `ten papers on weekdays at 07:00 Berlin time, from four topics and two words.` */
export function deliverySentence(preferences: Preferences): SentencePart[] {
  const { papers, topics, keywords, frequency, hour, timezone } = preferences;
  const said = (text: string): SentencePart => ({ text, href: null });
  const chosen = (text: string, section: string): SentencePart => ({ text, href: `#${section}` });
  return [
    chosen(counted(papers, 'paper'), 'how-much'),
    said(frequency === 'daily' ? ' ' : ' on '),
    chosen(DAYS[frequency], 'when'),
    said(' at '),
    chosen(`${describeHour(hour)} ${describeZone(timezone)}`, 'when'),
    said(', from '),
    chosen(topics.length === 0 ? 'every topic' : counted(topics.length, 'topic'), 'topics'),
    ...(keywords.length === 0
      ? []
      : [said(' and '), chosen(counted(keywords.length, 'word'), 'words')]),
    said('.'),
  ];
}

/** `Weekdays, 07:00, Berlin`: as short as a phone's line. */
export function valueOfWhen({ frequency, hour, timezone }: Preferences): string {
  return `${SHORT_DAYS[frequency]}, ${describeHour(hour)}, ${describeZone(timezone).replace(/ time$/, '')}`;
}

function counted(count: number, noun: string): string {
  return `${countWord(count)} ${noun}${count === 1 ? '' : 's'}`;
}

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
