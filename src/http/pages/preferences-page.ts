import { capitalize, describeDay, describeLongDay } from '../../domain/describe.ts';
import { deliverySentence, type SentencePart, valueOfWhen } from './delivery-sentence.ts';
import { frequencyChoices, hourChoices, problemsByField, zoneChoices } from './fields.ts';
import type { Frames } from './frame.ts';
import {
  amountSection,
  barSection,
  pauseSection,
  topicsSection,
  wordsSection,
} from './preferences-sections.ts';
import type { PreferencesView } from './views.ts';

/** A reader's own page: what is delivered, in a sentence; then everything that may be changed. */
export function preferencesPage(view: PreferencesView, frames: Frames) {
  const { preferences, token } = view;
  const { base } = frames;
  const path = `${base}/preferences/${token}`;
  const problems = problemsByField(view.problems);
  const isRefused = (...fields: (keyof typeof problems)[]) =>
    fields.some((field) => problems[field] !== null);
  return {
    frame: frames.of({
      title: 'Your delivery',
      action: { text: 'Unsubscribe', href: `${base}/unsubscribe/${token}` },
    }),
    email: view.email,
    askedOn: describeDay(view.askedOn),
    statusNote: statusNote(view),
    mayReturn: view.status === 'paused',
    signupHref: `${base}/#coupon`,
    sentence: sentenceOf(view),
    nextEdition: view.nextEditionOn === null ? null : describeLongDay(view.nextEditionOn),
    saved: view.saved,
    isRefused: Object.keys(view.problems).length > 0,
    problems,
    action: path,
    shown: view.shown,
    resumeAction: `${path}/resume`,
    exportAction: `${path}/export`,
    eraseAction: `${path}/erase`,
    learnedHref: `${base}/learned/${token}`,
    savedHref: `${base}/saved/${token}`,
    feedHref: view.feedHref,
    topics: topicsSection(view),
    areTopicsOpen: isRefused('topics', 'mutedTopics'),
    words: wordsSection({ ...view, countAction: `${base}/api/keywords/count` }),
    areWordsOpen: isRefused('keywords', 'names') || view.openSection === 'words',
    frequencies: frequencyChoices(preferences.frequency),
    hours: hourChoices(preferences.hour),
    zones: zoneChoices(view.timezones, preferences.timezone),
    whenValue: valueOfWhen(preferences),
    isWhenOpen: isRefused('frequency', 'hour', 'timezone'),
    amount: amountSection(preferences),
    isAmountOpen: isRefused('papers', 'minutes'),
    bar: barSection(preferences),
    isBarOpen: isRefused('bar'),
    pause: pauseSection(view),
    isPauseOpen: isRefused('pausedUntil'),
    allowsClicks: preferences.allowsClicks,
  };
}

/** To a reader whom nothing reaches, the same words are only a choice. */
function sentenceOf({ status, preferences, topics }: PreferencesView): SentencePart[] {
  const nameOf = (slug: string) => topics.find((topic) => topic.slug === slug)?.name ?? slug;
  const [first, ...rest] = deliverySentence(preferences, nameOf);
  if (!first) return [];
  return status === 'active'
    ? [{ ...first, text: capitalize(first.text) }, ...rest]
    : [{ text: 'Your choice: ', href: null }, first, ...rest];
}

/** What a reader whom nothing reaches should know; null when all is as the sentence says. The page
 *  adds the way back. */
function statusNote({ status, pausedUntil }: PreferencesView): string | null {
  switch (status) {
    case 'active':
      return null;
    case 'pending':
      return 'Not confirmed yet, so nothing is sent. The letter with the button is in your mail.';
    case 'unsubscribed':
      return 'The delivery has stopped. Nothing is sent.';
    case 'paused':
      return pausedUntil === null
        ? 'The delivery is paused. Nothing is sent.'
        : `Paused: nothing is sent before ${describeLongDay(pausedUntil)}. The best of the absence comes with it.`;
  }
}
