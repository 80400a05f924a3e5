import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
import type { Db } from '../../db/client.ts';
import { listUnsearchableKeywords } from '../../db/papers/keyword-matches.ts';
import { listValidTopicSlugs } from '../../db/topics/topics.ts';
import { InvalidPreferencesError } from '../../domain/subscribers/preferences.ts';
import {
  parseSubscriberChanges,
  type SubscriberChanges,
  type SubscriberInput,
} from '../../domain/subscribers/subscriber-changes.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';

/**
 * The preferences and the pause that the input names, checked in full; the same for pages, programs
 * and commands.
 * @throws InvalidPreferencesError with every problem.
 */
export async function validatePreferences(
  db: Db,
  input: SubscriberInput,
  now: Date,
): Promise<SubscriberChanges> {
  const topicSlugs = await listValidTopicSlugs(db);
  const changes = parseSubscriberChanges(input, { topicSlugs, today: toUtcDay(now) });
  const [unsearchable] = await listUnsearchableKeywords(db, changes.keywords ?? []);
  if (unsearchable === undefined) return changes;
  throw new InvalidPreferencesError({
    keywords: PREFERENCES_COPY.unsearchableKeyword(unsearchable),
  });
}
