import { capitalize, formatDate, formatLongDate } from '../../domain/text/format.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { PreferencesView } from '../pages/views.ts';
import {
  listFrequencyOptions,
  listHourOptions,
  listTimezoneOptions,
  mapProblemsByField,
} from './form-fields.ts';
import {
  buildAmountSection,
  buildPauseSection,
  buildPhrasesSection,
  buildRelevanceThresholdSection,
  buildTopicsSection,
} from './preferences-sections.ts';
import { describePreferences, type LinkedText, summarizeSchedule } from './preferences-summary.ts';

/** A reader's own page: what is delivered, in a sentence; then everything that may be changed. */
export function buildPreferencesPage(view: PreferencesView, layouts: PageLayouts) {
  const { preferences, token } = view;
  const { base } = layouts;
  const path = `${base}/preferences/${token}`;
  const problems = mapProblemsByField(view.problems);
  const isRefused = (...fields: (keyof typeof problems)[]) =>
    fields.some((field) => problems[field] !== null);
  return {
    layout: layouts.create({
      title: 'Your delivery',
      action: { text: 'Unsubscribe', href: `${base}/unsubscribe/${token}` },
    }),
    email: view.email,
    askedOn: formatDate(view.askedOn),
    statusNote: explainInactiveStatus(view),
    canResume: view.status === 'paused',
    signupHref: `${base}/#sign-up`,
    sentence: describeCurrentPreferences(view),
    nextDigest: view.nextDigestOn === null ? null : formatLongDate(view.nextDigestOn),
    isSaved: view.isSaved,
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
    topics: buildTopicsSection(view),
    areTopicsOpen: isRefused('topics', 'mutedTopics'),
    phrases: buildPhrasesSection({ ...view, countAction: `${base}/api/keywords/count` }),
    arePhrasesOpen: isRefused('keywords', 'names') || view.openSection === 'phrases',
    frequencies: listFrequencyOptions(preferences.frequency),
    hours: listHourOptions(preferences.hour),
    timezones: listTimezoneOptions(view.timezones, preferences.timezone),
    whenValue: summarizeSchedule(preferences),
    isWhenOpen: isRefused('frequency', 'hour', 'timezone'),
    amount: buildAmountSection(preferences),
    isAmountOpen: isRefused('papers', 'minutes'),
    threshold: buildRelevanceThresholdSection(preferences),
    isThresholdOpen: isRefused('relevanceThreshold'),
    pause: buildPauseSection(view),
    isPauseOpen: isRefused('pausedUntil'),
    allowsClicks: preferences.allowsClicks,
  };
}

/** To a reader whom nothing reaches, the same words are only a choice. */
function describeCurrentPreferences({
  status,
  preferences,
  topics,
}: PreferencesView): LinkedText[] {
  const nameOf = (slug: string) => topics.find((topic) => topic.slug === slug)?.name ?? slug;
  const [first, ...rest] = describePreferences(preferences, nameOf);
  if (!first) return [];
  return status === 'active'
    ? [{ ...first, text: capitalize(first.text) }, ...rest]
    : [{ text: 'Your choice: ', href: null }, first, ...rest];
}

/** What a reader whom nothing reaches should know; null when all is as the sentence says. The page
 *  adds the way back. */
function explainInactiveStatus({ status, pausedUntil }: PreferencesView): string | null {
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
        : `Paused: nothing is sent before ${formatLongDate(pausedUntil)}. The best of the absence comes with it.`;
  }
}
