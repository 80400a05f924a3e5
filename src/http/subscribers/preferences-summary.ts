import { formatHour, formatTimezone, joinNames, spellNumber } from '../../copy/en/format.ts';
import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';

/** A part of the sentence. A part that states a setting links to its section. */
export interface LinkedText {
  text: string;
  href: string | null;
}

/** `ten papers on weekdays at 07:00 Berlin time, from four topics, two keywords and one name,
 *  never on Computer vision, when one stands out.` */
export function describePreferences(
  preferences: Preferences,
  nameOf: (slug: string) => string,
): LinkedText[] {
  const { papers, minutes, frequency, hour, timezone, mutedTopics, relevanceThreshold } =
    preferences;
  return [
    toLinkedText(
      minutes === null
        ? countNoun(papers, COPY.paper)
        : COPY.readIn(countNoun(minutes, COPY.minute)),
      'how-much',
    ),
    toPlainText(frequency === 'daily' ? ' ' : COPY.on),
    toLinkedText(COPY.frequency[frequency], 'when'),
    toPlainText(COPY.at),
    toLinkedText(`${formatHour(hour)} ${formatTimezone(timezone)}`, 'when'),
    toPlainText(COPY.from),
    ...joinWithAnd(describeSelection(preferences)),
    ...(mutedTopics.length === 0
      ? []
      : [
          toPlainText(COPY.never),
          toLinkedText(describeMutedTopics(mutedTopics.map(nameOf)), 'topics'),
        ]),
    ...(relevanceThreshold === 'low'
      ? []
      : [
          toPlainText(', '),
          toLinkedText(COPY.threshold[relevanceThreshold], 'relevance-threshold'),
        ]),
    toPlainText('.'),
  ];
}

/** `Weekdays, 07:00, Berlin`: as short as a phone's line. */
export function summarizeSchedule({ frequency, hour, timezone }: Preferences): string {
  return `${PREFERENCES_COPY.when.shortFrequencies[frequency]}, ${formatHour(hour)}, ${formatTimezone(timezone).replace(/ time$/, '')}`;
}

function describeSelection({ topics, topicsOnly, keywords, names }: Preferences): LinkedText[] {
  return [
    toLinkedText(
      topics.length === 0
        ? COPY.allTopics
        : `${topicsOnly ? COPY.only : ''}${countNoun(topics.length, COPY.topic)}`,
      'topics',
    ),
    ...(keywords.length === 0
      ? []
      : [toLinkedText(countNoun(keywords.length, COPY.keyword), 'phrases')]),
    ...(names.length === 0 ? [] : [toLinkedText(countNoun(names.length, COPY.name), 'phrases')]),
  ];
}

/** With commas between them and an “and” before the last. */
function joinWithAnd(texts: readonly LinkedText[]): LinkedText[] {
  return texts.flatMap((each, at) => {
    if (at === 0) return [each];
    return [toPlainText(at === texts.length - 1 ? COPY.and : ', '), each];
  });
}

/** Their names while there are few. */
function describeMutedTopics(names: readonly string[]): string {
  return names.length <= 2 ? joinNames(names) : countNoun(names.length, COPY.topic);
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

const COPY = PREFERENCES_COPY.summary;
