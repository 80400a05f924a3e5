import { TOPICS_COPY } from '../../copy/en/pages/topics.ts';
import type { Db } from '../../db/client.ts';
import { findTopic, listTopics } from '../../db/topics/topics.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { NUL } from '../../domain/text/clean-text.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { isOffered, type Topic } from '../../domain/topics/topic.ts';

/** The topic with that slug. @throws PaperboyError `NO_TOPIC`. */
export async function requireTopic(db: Db, slug: string): Promise<Topic> {
  const topic = slug.includes(NUL) ? null : await findTopic(db, slug);
  if (topic !== null) return topic;
  throw new PaperboyError('NO_TOPIC', TOPICS_COPY.notFound(truncateInput(slug)));
}

/** The topics that are offered, or those with these slugs, in display order. */
export async function readTopics(db: Db, slugs?: readonly string[]): Promise<Topic[]> {
  const topics = await listTopics(db);
  return slugs === undefined
    ? topics.filter(isOffered)
    : topics.filter(({ slug }) => slugs.includes(slug));
}
