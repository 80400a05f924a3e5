import type { ReaderAnswers } from '../domain/reader-changes.ts';
import { findTimezone } from '../domain/schedule.ts';
import { BARS, FREQUENCIES, PREFERENCE_LIMITS, type Subscriber } from '../domain/subscriber.ts';
import { type FormBody, listOf, numberWithin, textOf } from './forms.ts';
import { changedAnswers, type FormAnswers, SHOWN_FIELD } from './shown-preferences.ts';

/** The radio of a topic is named by its slug after this. */
export const TOPIC_FIELD = 'topic-';

/** The value of the radio that has minutes counted instead of papers. */
export const BY_MINUTES = 'minutes';

/** What the form of the preferences page changes. */
export function preferenceAnswers(form: FormBody, reader: Subscriber): ReaderAnswers {
  const has = (name: string) => form[name] !== undefined;
  const said: FormAnswers = {
    ...topicAnswers(form),
    ...(has('keywords') && { keywords: keptIn(form, 'keywords') }),
    ...(has('names') && { names: keptIn(form, 'names') }),
    ...(has('frequency') && { frequency: textOf(form, 'frequency') }),
    ...(has('timezone') && { timezone: textOf(form, 'timezone') }),
    ...(has('hour') && { hour: textOf(form, 'hour') }),
    ...(has('papers') && amountAnswers(form)),
    ...(has('bar') && { bar: textOf(form, 'bar') }),
    ...(has('clicks') && { allowsClicks: textOf(form, 'clicks') }),
    ...(has('paused_until') && { pausedUntil: textOf(form, 'paused_until') }),
  };
  return changedAnswers(said, { shown: textOf(form, SHOWN_FIELD), reader });
}

/** The reader with what was typed, as far as the fields can show it again. */
export function typedReader(form: FormBody, reader: Subscriber): Subscriber {
  const { topics, mutedTopics } = topicAnswers(form);
  const typed = {
    topics,
    mutedTopics,
    frequency: FREQUENCIES.find((value) => value === textOf(form, 'frequency')),
    timezone: findTimezone(textOf(form, 'timezone')) ?? undefined,
    hour: numberWithin(PREFERENCE_LIMITS.hour, textOf(form, 'hour')),
    papers: numberWithin(PREFERENCE_LIMITS.papers, textOf(form, 'papers')),
    minutes: typedMinutes(form),
    bar: BARS.find((value) => value === textOf(form, 'bar')),
    allowsClicks: form.clicks === undefined ? undefined : textOf(form, 'clicks') === 'yes',
  };
  const known = Object.entries(typed).filter(([, value]) => value !== undefined);
  return { ...reader, ...Object.fromEntries(known) };
}

/** Phrases of a list whose box “remove” is ticked. */
export function removedIn(form: FormBody, name: 'keywords' | 'names'): ReadonlySet<string> {
  return new Set(listOf(form, `remove_${name}`));
}

/** What stands in the field for one more of a list; empty once it is stored. */
export function addedIn(form: FormBody, name: 'keywords' | 'names'): string {
  return listOf(form, name).at(-1) ?? '';
}

/** Empty when the form has no topics at all. */
function topicAnswers(form: FormBody): { topics?: string[]; mutedTopics?: string[] } {
  const answered = Object.keys(form).filter((name) => name.startsWith(TOPIC_FIELD));
  if (answered.length === 0) return {};
  const slugsOf = (choice: string) =>
    answered
      .filter((name) => textOf(form, name) === choice)
      .map((name) => name.slice(TOPIC_FIELD.length));
  return { topics: slugsOf('follow'), mutedTopics: slugsOf('mute') };
}

function keptIn(form: FormBody, name: 'keywords' | 'names'): string[] {
  const removed = removedIn(form, name);
  return listOf(form, name).filter((phrase) => phrase.trim() !== '' && !removed.has(phrase));
}

function amountAnswers(form: FormBody): FormAnswers {
  const papers = textOf(form, 'papers');
  return papers === BY_MINUTES ? { minutes: textOf(form, 'minutes') } : { papers, minutes: '' };
}

/** Null when papers are counted. */
function typedMinutes(form: FormBody): number | null | undefined {
  if (form.papers === undefined) return undefined;
  if (textOf(form, 'papers') !== BY_MINUTES) return null;
  return numberWithin(PREFERENCE_LIMITS.minutes, textOf(form, 'minutes'));
}
