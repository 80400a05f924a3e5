import type { Db } from '../../db/client.ts';
import { lockSubscriber, updatePreferences } from '../../db/subscribers/subscribers.ts';
import { listTopics } from '../../db/topics/topics.ts';
import { resolveTopicConflicts } from '../../domain/subscribers/subscriber-changes.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Topic } from '../../domain/topics/topic.ts';

interface Mute {
  subscriberId: number;
  /** Of the topic. */
  slug: string;
}

/** Mutes a topic for a reader, who then follows it no longer: its papers come no more, but for those with the reader's own words or names.
 *  Returns the topic, muted before or not; null when there is no such reader or topic. */
export function muteTopic(deps: { db: Db; clock: Clock }, mute: Mute): Promise<Topic | null> {
  return changeMutes(deps, mute, (muted) => [
    ...muted.filter((slug) => slug !== mute.slug),
    mute.slug,
  ]);
}

/** Takes a mute back. Returns the topic, muted before or not; null when there is no such reader or topic. */
export function unmuteTopic(deps: { db: Db; clock: Clock }, mute: Mute): Promise<Topic | null> {
  return changeMutes(deps, mute, (muted) => muted.filter((slug) => slug !== mute.slug));
}

async function changeMutes(
  { db, clock }: { db: Db; clock: Clock },
  { subscriberId, slug }: Mute,
  change: (muted: readonly string[]) => string[],
): Promise<Topic | null> {
  const topic = (await listTopics(db)).find((each) => each.slug === slug);
  if (!topic) return null;
  return db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subscriberId);
    if (!subscriber) return null;
    const mutedTopics = change(subscriber.mutedTopics);
    await updatePreferences(
      tx,
      subscriberId,
      resolveTopicConflicts(subscriber, { mutedTopics }),
      clock(),
    );
    return topic;
  });
}
