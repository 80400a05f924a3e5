import type { Db } from '../db/client.ts';
import { lockSubscriber, updatePreferences } from '../db/subscribers.ts';
import { listTopics } from '../db/topics.ts';
import type { Clock } from '../domain/clock.ts';
import { settleTopics } from '../domain/reader-changes.ts';
import type { Topic } from '../domain/topics.ts';

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
    const reader = await lockSubscriber(tx, subscriberId);
    if (!reader) return null;
    const mutedTopics = change(reader.mutedTopics);
    await updatePreferences(tx, subscriberId, settleTopics(reader, { mutedTopics }), clock());
    return topic;
  });
}
