import {
  FREQUENCIES,
  PREFERENCE_LIMITS,
  RELEVANCE_THRESHOLDS,
  type Subscriber,
} from '../../domain/subscribers/subscriber.ts';
import type { SubscriberInput } from '../../domain/subscribers/subscriber-changes.ts';
import { findTimezone } from '../../domain/time/schedule.ts';
import { type FormBody, parseNumberWithin, readFieldText, readFieldTexts } from '../form-body.ts';
import { findChangedInput, type PreferenceFormInput, SHOWN_FIELD } from './shown-preferences.ts';

/** Prefix of a topic's radio buttons, before its slug. */
const TOPIC_FIELD_PREFIX = 'topic-';

/** The value of the radio button that limits minutes instead of papers. */
const BY_MINUTES_VALUE = 'minutes';

/** The input of the settings form. */
export function readPreferencesForm(form: FormBody, subscriber: Subscriber): SubscriberInput {
  const hasField = (name: string) => form[name] !== undefined;
  const submitted: PreferenceFormInput = {
    ...readTopicInput(form),
    ...(hasField('topics_only') && { topicsOnly: readFieldText(form, 'topics_only') }),
    ...(hasField('shows_summaries') && { showsSummaries: readFieldText(form, 'shows_summaries') }),
    ...(hasField('keywords') && { keywords: readKeptPhrases(form, 'keywords') }),
    ...(hasField('names') && { names: readKeptPhrases(form, 'names') }),
    ...(hasField('frequency') && { frequency: readFieldText(form, 'frequency') }),
    ...(hasField('timezone') && { timezone: readFieldText(form, 'timezone') }),
    ...(hasField('hour') && { hour: readFieldText(form, 'hour') }),
    ...(hasField('papers') && readAmountInput(form)),
    ...(hasField('relevance_threshold') && {
      relevanceThreshold: readFieldText(form, 'relevance_threshold'),
    }),
    ...(hasField('clicks') && { allowsClicks: readFieldText(form, 'clicks') }),
    ...(hasField('paused_until') && { pausedUntil: readFieldText(form, 'paused_until') }),
  };
  return findChangedInput(submitted, {
    shown: readFieldText(form, SHOWN_FIELD),
    subscriber,
  });
}

/** The subscriber with the typed values, as far as the fields can show them again. */
export function readTypedSubscriber(form: FormBody, subscriber: Subscriber): Subscriber {
  const { topics, mutedTopics } = readTopicInput(form);
  const typed = {
    topics,
    mutedTopics,
    topicsOnly:
      form.topics_only === undefined ? undefined : readFieldText(form, 'topics_only') === 'yes',
    showsSummaries:
      form.shows_summaries === undefined
        ? undefined
        : readFieldText(form, 'shows_summaries') === 'yes',
    frequency: FREQUENCIES.find((value) => value === readFieldText(form, 'frequency')),
    timezone: findTimezone(readFieldText(form, 'timezone')) ?? undefined,
    hour: parseNumberWithin(PREFERENCE_LIMITS.hour, readFieldText(form, 'hour')),
    papers: parseNumberWithin(PREFERENCE_LIMITS.papers, readFieldText(form, 'papers')),
    minutes: readTypedMinutes(form),
    relevanceThreshold: RELEVANCE_THRESHOLDS.find(
      (value) => value === readFieldText(form, 'relevance_threshold'),
    ),
    allowsClicks: form.clicks === undefined ? undefined : readFieldText(form, 'clicks') === 'yes',
  };
  const recognized = Object.entries(typed).filter(([, value]) => value !== undefined);
  return { ...subscriber, ...Object.fromEntries(recognized) };
}

/** The phrases of a list whose box “remove” is ticked. */
export function readRemovedPhrases(
  form: FormBody,
  name: 'keywords' | 'names',
): ReadonlySet<string> {
  return new Set(readFieldTexts(form, `remove_${name}`));
}

/** The text in the field that adds to a list; empty once it is stored. */
export function readAddedPhrase(form: FormBody, name: 'keywords' | 'names'): string {
  return readFieldTexts(form, name).at(-1) ?? '';
}

/** Empty when the form has no topic fields. */
function readTopicInput(form: FormBody): { topics?: string[]; mutedTopics?: string[] } {
  const topicFields = Object.keys(form).filter((name) => name.startsWith(TOPIC_FIELD_PREFIX));
  if (topicFields.length === 0) return {};
  const listSlugsWith = (radioValue: string) =>
    topicFields
      .filter((name) => readFieldText(form, name) === radioValue)
      .map((name) => name.slice(TOPIC_FIELD_PREFIX.length));
  return { topics: listSlugsWith('follow'), mutedTopics: listSlugsWith('mute') };
}

function readKeptPhrases(form: FormBody, name: 'keywords' | 'names'): string[] {
  const removed = readRemovedPhrases(form, name);
  return readFieldTexts(form, name).filter(
    (phrase) => phrase.trim() !== '' && !removed.has(phrase),
  );
}

function readAmountInput(form: FormBody): PreferenceFormInput {
  const papers = readFieldText(form, 'papers');
  return papers === BY_MINUTES_VALUE
    ? { minutes: readFieldText(form, 'minutes') }
    : { papers, minutes: '' };
}

/** Null when the form limits papers. */
function readTypedMinutes(form: FormBody): number | null | undefined {
  if (form.papers === undefined) return undefined;
  if (readFieldText(form, 'papers') !== BY_MINUTES_VALUE) return null;
  return parseNumberWithin(PREFERENCE_LIMITS.minutes, readFieldText(form, 'minutes'));
}
