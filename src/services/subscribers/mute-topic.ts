import type { Db } from '../../db/client.ts';
import { lockSubscriber, updatePreferences } from '../../db/subscribers/subscribers.ts';
import { listTopics } from '../../db/topics/topics.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import {
  resolveTopicConflicts,
  type SubscriberChanges,
} from '../../domain/subscribers/subscriber-changes.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Topic } from '../../domain/topics/topic.ts';

interface TopicMute {
  subscriberId: number;
  slug: string;
}

/**
 * Mutes a topic and stops following it: its papers no longer come, except those that match the
 * subscriber's own keywords or names. Returns the topic, even if it was muted before; null when
 * there is no such subscriber or topic.
 */
export function muteTopic(
  deps: { db: Db; clock: Clock },
  { subscriberId, slug }: TopicMute,
): Promise<Topic | null> {
  return changeTopic(deps, { subscriberId, slug }, ({ mutedTopics }) => ({
    mutedTopics: [...mutedTopics.filter((each) => each !== slug), slug],
  }));
}

/** Takes a mute back; with `isFollowed` the topic is followed again. Returns as `muteTopic`. */
export function unmuteTopic(
  deps: { db: Db; clock: Clock },
  { subscriberId, slug, isFollowed = false }: TopicMute & { isFollowed?: boolean },
): Promise<Topic | null> {
  return changeTopic(deps, { subscriberId, slug }, ({ topics, mutedTopics }) => ({
    mutedTopics: mutedTopics.filter((each) => each !== slug),
    topics: isFollowed ? [...new Set([...topics, slug])] : topics,
  }));
}

async function changeTopic(
  { db, clock }: { db: Db; clock: Clock },
  { subscriberId, slug }: TopicMute,
  change: (subscriber: Subscriber) => SubscriberChanges,
): Promise<Topic | null> {
  const topic = (await listTopics(db)).find((each) => each.slug === slug);
  if (!topic) return null;
  return db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subscriberId);
    if (!subscriber) return null;
    const changes = resolveTopicConflicts(subscriber, change(subscriber));
    await updatePreferences(tx, subscriberId, changes, clock());
    return topic;
  });
}
