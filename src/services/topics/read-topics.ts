import type { Db } from '../../db/client.ts';
import { findTopic, listTopics } from '../../db/topics/topics.ts';
import { NUL } from '../../domain/text/clean-text.ts';
import type { Topic } from '../../domain/topics/topic.ts';

/** The topic of that slug, or null. */
export async function readTopic(db: Db, slug: string): Promise<Topic | null> {
  return slug.includes(NUL) ? null : findTopic(db, slug);
}

/** Every topic, or those of the slugs, in the order in which they are shown. */
export async function readTopics(db: Db, slugs?: readonly string[]): Promise<Topic[]> {
  const topics = await listTopics(db);
  return slugs === undefined ? topics : topics.filter(({ slug }) => slugs.includes(slug));
}
