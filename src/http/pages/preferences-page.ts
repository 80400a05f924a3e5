import { capitalize, countOf, describeDay, describeLongDay } from '../../domain/describe.ts';
import type { SubscriberStatus } from '../../domain/subscriber.ts';
import { deliverySentence, type SentencePart, valueOfWhen } from './delivery-sentence.ts';
import {
  frequencyChoices,
  hourChoices,
  paperChoices,
  problemsByField,
  zoneChoices,
} from './fields.ts';
import type { Frames } from './frame.ts';
import type { FollowedTopic, PreferencesView } from './views.ts';

/** A reader's own page: what is delivered, in a sentence; then everything that may be changed. */
export function preferencesPage(view: PreferencesView, frames: Frames) {
  const { preferences, token, status } = view;
  const path = `${frames.base}/preferences/${token}`;
  const problems = problemsByField(view.problems);
  return {
    frame: frames.of({
      title: 'Your delivery',
      action: { text: 'Unsubscribe', href: `${frames.base}/unsubscribe/${token}` },
    }),
    email: view.email,
    askedOn: describeDay(view.askedOn),
    statusNote: STATUS_NOTES[status],
    signupHref: `${frames.base}/#coupon`,
    sentence: sentenceOf(view),
    nextEdition: view.nextEditionOn === null ? null : describeLongDay(view.nextEditionOn),
    saved: view.saved,
    isRefused: Object.keys(view.problems).length > 0,
    problems,
    action: path,
    exportAction: `${path}/export`,
    eraseAction: `${path}/erase`,
    ...topicRows(view.topics),
    keywords: preferences.keywords.join('\n'),
    keywordsValue: wordsValue(preferences.keywords),
    frequencies: frequencyChoices(preferences.frequency),
    hours: hourChoices(preferences.hour),
    zones: zoneChoices(view.timezones, preferences.timezone),
    whenValue: valueOfWhen(preferences),
    isWhenRefused:
      problems.frequency !== null || problems.hour !== null || problems.timezone !== null,
    papers: paperChoices(preferences.papers),
    papersValue: countOf(preferences.papers, 'paper'),
  };
}

/** To a reader whom nothing reaches, the same words are only a choice. */
function sentenceOf({ status, preferences }: PreferencesView): SentencePart[] {
  const [first, ...rest] = deliverySentence(preferences);
  if (!first) return [];
  return status === 'active'
    ? [{ ...first, text: capitalize(first.text) }, ...rest]
    : [{ text: 'Your choice: ', href: null }, first, ...rest];
}

/** Two columns, read down the first and then down the second. */
function topicRows(topics: readonly FollowedTopic[]) {
  const half = Math.ceil(topics.length / 2);
  const followed = topics.filter((topic) => topic.isFollowed).length;
  return {
    topicColumns: [topics.slice(0, half), topics.slice(half)].filter((rows) => rows.length > 0),
    hasCounts: topics.some((topic) => topic.papersPerWeek !== null),
    topicsValue: followed === 0 ? 'Every topic' : `${followed} followed`,
  };
}

/** The words themselves while they fit one line of a phone. */
function wordsValue(keywords: readonly string[]): string {
  const words = keywords.join(', ');
  if (words === '') return 'None';
  return words.length <= LONGEST_WORDS_VALUE ? words : countOf(keywords.length, 'word');
}

const LONGEST_WORDS_VALUE = 20;

/** What a reader whom nothing reaches should know; null when all is as the sentence says. The page
 *  adds the way back: to sign up again. */
const STATUS_NOTES = {
  active: null,
  pending: 'Not confirmed yet, so nothing is sent. The letter with the button is in your mail.',
  paused: 'The delivery is paused. Nothing is sent.',
  unsubscribed: 'The delivery has stopped. Nothing is sent.',
} satisfies Record<SubscriberStatus, string | null>;
