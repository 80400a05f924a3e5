import { parsePausedUntil } from './pause.ts';
import { InvalidPreferencesError, type PreferenceInput, parsePreferences } from './preferences.ts';
import type { Preferences, Subscriber } from './subscriber.ts';

/** Checked changes to the preferences and the pause. */
export type SubscriberChanges = Partial<Preferences> & Partial<Pick<Subscriber, 'pausedUntil'>>;

/** The same, unchecked: see `PreferenceInput`. */
export type SubscriberInput = PreferenceInput & { pausedUntil?: unknown };

/**
 * Checks the changes that the input names; the others stay absent.
 * @throws InvalidPreferencesError with every problem.
 */
export function parseSubscriberChanges(
  { pausedUntil, ...preferenceInput }: SubscriberInput,
  { topicSlugs, today }: { topicSlugs: ReadonlySet<string>; today: string },
): SubscriberChanges {
  const problems: InvalidPreferencesError['problems'] = {};
  const changes: SubscriberChanges = {};
  try {
    Object.assign(changes, parsePreferences(preferenceInput, topicSlugs));
    const conflictingTopic = changes.mutedTopics?.find((slug) => changes.topics?.includes(slug));
    if (conflictingTopic !== undefined) {
      problems.topics = `“${conflictingTopic}” is followed and muted at once: expected one of the two.`;
    }
  } catch (error) {
    if (!(error instanceof InvalidPreferencesError)) throw error;
    Object.assign(problems, error.problems);
  }
  try {
    if (pausedUntil !== undefined) changes.pausedUntil = parsePausedUntil(pausedUntil, today);
  } catch (error) {
    problems.pausedUntil = (error as Error).message;
  }
  if (Object.keys(problems).length > 0) throw new InvalidPreferencesError(problems);
  return changes;
}

/** The changes, with a newly followed topic no longer muted and a newly muted one no longer
 *  followed. */
export function resolveTopicConflicts(
  known: Pick<Preferences, 'topics' | 'mutedTopics'>,
  changes: SubscriberChanges,
): SubscriberChanges {
  const { topics, mutedTopics } = changes;
  const without = (slugs: readonly string[], others: readonly string[]) =>
    slugs.filter((slug) => !others.includes(slug));
  if (topics !== undefined && mutedTopics === undefined) {
    return { ...changes, mutedTopics: without(known.mutedTopics, topics) };
  }
  if (mutedTopics !== undefined && topics === undefined) {
    return { ...changes, topics: without(known.topics, mutedTopics) };
  }
  return changes;
}
