import type {
  Frequency,
  Preferences,
  RelevanceThreshold,
} from '../../domain/subscribers/subscriber.ts';
import { formatHour, formatTimezone, joinNames, spellNumber } from '../../domain/text/format.ts';

/** A piece of the sentence; the chosen ones lead to where they are chosen. */
export interface LinkedText {
  text: string;
  href: string | null;
}

/** `ten papers on weekdays at 07:00 Berlin time, from four topics, two words and one name, never on
 *  Computer vision, when one stands out.` */
export function describePreferences(
  preferences: Preferences,
  nameOf: (slug: string) => string,
): LinkedText[] {
  const {
    papers,
    minutes,
    frequency,
    hour,
    timezone,
    mutedTopics,
    relevanceThreshold: bar,
  } = preferences;
  return [
    toLinkedText(
      minutes === null
        ? countNoun(papers, 'paper')
        : `what you read in ${countNoun(minutes, 'minute')}`,
      'how-much',
    ),
    toPlainText(frequency === 'daily' ? ' ' : ' on '),
    toLinkedText(FREQUENCY_PHRASES[frequency], 'when'),
    toPlainText(' at '),
    toLinkedText(`${formatHour(hour)} ${formatTimezone(timezone)}`, 'when'),
    toPlainText(', from '),
    ...joinWithAnd(describeSelection(preferences)),
    ...(mutedTopics.length === 0
      ? []
      : [
          toPlainText(', never on '),
          toLinkedText(describeMutedTopics(mutedTopics.map(nameOf)), 'topics'),
        ]),
    ...(bar === 'low'
      ? []
      : [toPlainText(', '), toLinkedText(RELEVANCE_THRESHOLD_PHRASES[bar], 'relevance-threshold')]),
    toPlainText('.'),
  ];
}

/** `Weekdays, 07:00, Berlin`: as short as a phone's line. */
export function summarizeSchedule({ frequency, hour, timezone }: Preferences): string {
  return `${SHORT_FREQUENCY_LABELS[frequency]}, ${formatHour(hour)}, ${formatTimezone(timezone).replace(/ time$/, '')}`;
}

function describeSelection({ topics, keywords, names }: Preferences): LinkedText[] {
  return [
    toLinkedText(topics.length === 0 ? 'every topic' : countNoun(topics.length, 'topic'), 'topics'),
    ...(keywords.length === 0 ? [] : [toLinkedText(countNoun(keywords.length, 'word'), 'phrases')]),
    ...(names.length === 0 ? [] : [toLinkedText(countNoun(names.length, 'name'), 'phrases')]),
  ];
}

/** With commas between them and an “and” before the last. */
function joinWithAnd(texts: readonly LinkedText[]): LinkedText[] {
  return texts.flatMap((each, at) => {
    if (at === 0) return [each];
    return [toPlainText(at === texts.length - 1 ? ' and ' : ', '), each];
  });
}

/** Their names while there are few. */
function describeMutedTopics(names: readonly string[]): string {
  return names.length <= 2 ? joinNames(names) : countNoun(names.length, 'topic');
}

function toPlainText(text: string): LinkedText {
  return { text, href: null };
}

function toLinkedText(text: string, section: string): LinkedText {
  return { text, href: `#${section}` };
}

function countNoun(count: number, noun: string): string {
  return `${spellNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const RELEVANCE_THRESHOLD_PHRASES = {
  middle: 'when one stands out',
  high: 'when one is much talked about',
} satisfies Record<Exclude<RelevanceThreshold, 'low'>, string>;

const FREQUENCY_PHRASES = {
  daily: 'every day',
  weekdays: 'weekdays',
  weekly: 'Mondays',
} satisfies Record<Frequency, string>;

const SHORT_FREQUENCY_LABELS = {
  daily: 'Daily',
  weekdays: 'Weekdays',
  weekly: 'Mondays',
} satisfies Record<Frequency, string>;
