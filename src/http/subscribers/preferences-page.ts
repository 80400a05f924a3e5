import { capitalize, formatDate, formatLongDate } from '../../copy/en/format.ts';
import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
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

/** The settings page: a sentence that sums up the settings, then a section for each. */
export function buildPreferencesPage(view: PreferencesView, layouts: PageLayouts) {
  const { preferences, token } = view;
  const { base } = layouts;
  const path = `${base}/preferences/${token}`;
  const problems = mapProblemsByField(view.problems);
  const isRefused = (...fields: (keyof typeof problems)[]) =>
    fields.some((field) => problems[field] !== null);
  return {
    layout: layouts.create({
      title: PREFERENCES_COPY.title,
      action: { text: PREFERENCES_COPY.unsubscribe, href: `${base}/unsubscribe/${token}` },
    }),
    email: view.email,
    signedUpOn: PREFERENCES_COPY.signedUpOn(formatDate(view.askedOn)),
    statusNote: explainInactiveStatus(view),
    canResume: view.status === 'paused',
    signupHref: `${base}/#sign-up`,
    sentence: describeCurrentPreferences(view),
    nextDigest:
      view.nextDigestOn === null
        ? null
        : PREFERENCES_COPY.nextDigest(formatLongDate(view.nextDigestOn)),
    dataByEmail: PREFERENCES_COPY.data.byEmail(view.email),
    isSaved: view.isSaved,
    isRefused: Object.keys(view.problems).length > 0,
    problems,
    action: path,
    shown: view.shown,
    resumeAction: `${path}/resume`,
    exportAction: `${path}/export`,
    eraseAction: `${path}/erase`,
    learnedHref: `${base}/learned/${token}`,
    libraryHref: `${base}/library/${token}`,
    savedHref: `${base}/saved/${token}`,
    feedHref: view.feedHref,
    topics: buildTopicsSection(view),
    areTopicsOpen: isRefused('topics', 'topicsOnly', 'mutedTopics'),
    phrases: buildPhrasesSection({ ...view, countAction: `${base}/api/keywords/count` }),
    arePhrasesOpen: isRefused('keywords', 'names') || view.openSection === 'phrases',
    frequencies: listFrequencyOptions(preferences.frequency),
    hours: listHourOptions(preferences.hour),
    timezones: listTimezoneOptions(view.timezones, preferences.timezone),
    whenValue: summarizeSchedule(preferences),
    isWhenOpen: isRefused('frequency', 'hour', 'timezone'),
    amount: buildAmountSection(preferences),
    isAmountOpen: isRefused('papers', 'minutes', 'showsSummaries'),
    threshold: buildRelevanceThresholdSection(preferences),
    isThresholdOpen: isRefused('relevanceThreshold'),
    pause: buildPauseSection(view),
    isPauseOpen: isRefused('pausedUntil'),
    allowsClicks: preferences.allowsClicks,
  };
}

/** Says `Your choice: …` to a subscriber who gets no mail at present. */
function describeCurrentPreferences(view: PreferencesView): LinkedText[] {
  const { status, preferences, topics } = view;
  const nameOf = (slug: string) => topics.find((topic) => topic.slug === slug)?.name ?? slug;
  const [first, ...rest] = describePreferences(preferences, nameOf);
  if (!first) return [];
  return status === 'active'
    ? [{ ...first, text: capitalize(first.text) }, ...rest]
    : [{ text: PREFERENCES_COPY.summary.inactive, href: null }, first, ...rest];
}

/** Why a subscriber gets no mail at present; null for an active one. */
function explainInactiveStatus({ status, pausedUntil }: PreferencesView): string | null {
  switch (status) {
    case 'active':
      return null;
    case 'pending':
      return PREFERENCES_COPY.status.pending;
    case 'unsubscribed':
      return PREFERENCES_COPY.status.unsubscribed;
    case 'paused':
      return pausedUntil === null
        ? PREFERENCES_COPY.status.paused
        : PREFERENCES_COPY.status.pausedUntil(formatLongDate(pausedUntil));
  }
}
