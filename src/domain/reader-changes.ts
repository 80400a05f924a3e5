import { readPausedUntil } from './pause.ts';
import { InvalidPreferences, type PreferenceAnswers, readPreferences } from './preferences.ts';
import type { Preferences, Subscriber } from './subscriber.ts';

/** What a reader may change: preferences, and the pause, which is a state rather than a wish. */
export type ReaderChanges = Partial<Preferences> & Partial<Pick<Subscriber, 'pausedUntil'>>;

/** Raw answers, as in `PreferenceAnswers`. */
export type ReaderAnswers = PreferenceAnswers & { pausedUntil?: unknown };

/**
 * The changes that are named, checked. Names that are absent stay absent.
 * @throws InvalidPreferences with every problem.
 */
export function readChanges(
  { pausedUntil, ...answers }: ReaderAnswers,
  { topicSlugs, today }: { topicSlugs: ReadonlySet<string>; today: string },
): ReaderChanges {
  const problems: InvalidPreferences['problems'] = {};
  const changes: ReaderChanges = {};
  try {
    Object.assign(changes, readPreferences(answers, topicSlugs));
    const both = changes.mutedTopics?.find((slug) => changes.topics?.includes(slug));
    if (both !== undefined) {
      problems.topics = `“${both}” is followed and muted at once: expected one of the two.`;
    }
  } catch (error) {
    if (!(error instanceof InvalidPreferences)) throw error;
    Object.assign(problems, error.problems);
  }
  try {
    if (pausedUntil !== undefined) changes.pausedUntil = readPausedUntil(pausedUntil, today);
  } catch (error) {
    problems.pausedUntil = (error as Error).message;
  }
  if (Object.keys(problems).length > 0) throw new InvalidPreferences(problems);
  return changes;
}

/** The changes with what follows from them: who follows a topic no longer mutes it, and the other way
 *  round. */
export function settleTopics(
  known: Pick<Preferences, 'topics' | 'mutedTopics'>,
  changes: ReaderChanges,
): ReaderChanges {
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
