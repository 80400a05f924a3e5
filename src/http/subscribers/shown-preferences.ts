import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';

/** The form field that holds the preferences its page showed. */
export const SHOWN_FIELD = 'shown';

const StringList = Type.Array(Type.String());

/** The preferences that a page showed, as its form submits them. They may have changed since. */
const ShownPreferences = Type.Object({
  topics: StringList,
  mutedTopics: StringList,
  keywords: StringList,
  names: StringList,
  frequency: Type.String(),
  topicsOnly: Type.String(),
  showsSummaries: Type.String(),
  timezone: Type.String(),
  hour: Type.String(),
  papers: Type.String(),
  minutes: Type.String(),
  relevanceThreshold: Type.String(),
  allowsClicks: Type.String(),
  pausedUntil: Type.String(),
});
type ShownPreferences = Static<typeof ShownPreferences>;

const LIST_FIELDS = ['topics', 'mutedTopics', 'keywords', 'names'] as const;
const AMOUNT_FIELDS = ['papers', 'minutes'] as const;
const SINGLE_FIELDS = [
  'topicsOnly',
  'showsSummaries',
  'frequency',
  'timezone',
  'hour',
  'relevanceThreshold',
  'allowsClicks',
  'pausedUntil',
] as const;

/** The submitted fields, all text; missing ones are absent. */
export type PreferenceFormInput = Partial<ShownPreferences>;

/** The preferences that a page shows, for its form to submit. A rejected form is shown again on
 *  what it was based on (`rejectedShown`), but with the current keywords and names. */
export function serializeShownPreferences(subscriber: Subscriber, rejectedShown = ''): string {
  const now = toShownPreferences(subscriber);
  const { keywords, names } = now;
  return JSON.stringify({ ...(parseShownPreferences(rejectedShown) ?? now), keywords, names });
}

/**
 * The submitted fields that differ from what the page showed: a form that changes the hour must not
 * revert what another tab, or a link in a mail, has changed since. Lists keep their current
 * entries, with what the form added and without what it removed. If the form does not say what was
 * shown, the stored preferences are used.
 */
export function findChangedInput(
  input: PreferenceFormInput,
  { shown: text, subscriber }: { shown: string; subscriber: Subscriber },
): PreferenceFormInput {
  const shown = parseShownPreferences(text) ?? toShownPreferences(subscriber);
  const changed: PreferenceFormInput = {};
  for (const name of LIST_FIELDS) {
    const requested = input[name];
    if (requested === undefined || hasSameMembers(requested, shown[name])) continue;
    changed[name] = mergeLists(subscriber[name], shown[name], requested);
  }
  resolveFormTopicConflicts(changed, input, shown);
  for (const name of SINGLE_FIELDS) {
    if (input[name] !== shown[name]) Object.assign(changed, pickFields(input, [name]));
  }
  const isAmountNew = AMOUNT_FIELDS.some(
    (name) => input[name] !== undefined && input[name] !== shown[name],
  );
  return isAmountNew ? { ...changed, ...pickFields(input, AMOUNT_FIELDS) } : changed;
}

/** Null for text that no page of ours has written. */
function parseShownPreferences(text: string): ShownPreferences | null {
  try {
    const shown: unknown = JSON.parse(text);
    return Value.Check(ShownPreferences, shown) ? shown : null;
  } catch {
    return null;
  }
}

function toShownPreferences(subscriber: Subscriber): ShownPreferences {
  const { topics, mutedTopics, keywords, names, frequency, timezone, relevanceThreshold } =
    subscriber;
  return {
    ...{ topics, mutedTopics, keywords, names, frequency, timezone, relevanceThreshold },
    topicsOnly: subscriber.topicsOnly ? 'yes' : 'no',
    showsSummaries: subscriber.showsSummaries ? 'yes' : 'no',
    hour: String(subscriber.hour),
    papers: String(subscriber.papers),
    minutes: subscriber.minutes === null ? '' : String(subscriber.minutes),
    allowsClicks: subscriber.allowsClicks ? 'yes' : 'no',
    pausedUntil: subscriber.pausedUntil ?? '',
  };
}

function pickFields(
  input: PreferenceFormInput,
  names: readonly (keyof PreferenceFormInput)[],
): PreferenceFormInput {
  return Object.fromEntries(
    names.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])),
  );
}

/** A topic that was muted elsewhere and is followed here, or the reverse, becomes what this page
 *  says. */
function resolveFormTopicConflicts(
  changed: PreferenceFormInput,
  input: PreferenceFormInput,
  shown: ShownPreferences,
): void {
  if (changed.topics === undefined || changed.mutedTopics === undefined) return;
  const followed = listMissingFrom(input.topics ?? [], shown.topics);
  const muted = listMissingFrom(input.mutedTopics ?? [], shown.mutedTopics);
  changed.topics = listMissingFrom(changed.topics, muted);
  changed.mutedTopics = listMissingFrom(changed.mutedTopics, followed);
}

function listMissingFrom(list: readonly string[], known: readonly string[]): string[] {
  return list.filter((each) => !known.includes(each));
}

function hasSameMembers(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(other);
  return new Set(one).size === members.size && one.every((each) => members.has(each));
}

function mergeLists(
  now: readonly string[],
  shown: readonly string[],
  requested: readonly string[],
): string[] {
  const kept = now.filter((each) => requested.includes(each) || !shown.includes(each));
  return [...kept, ...listMissingFrom(listMissingFrom(requested, shown), now)];
}
