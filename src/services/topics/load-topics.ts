import type { Db } from '../../db/client.ts';
import { lockPaperWrites } from '../../db/papers/papers.ts';
import { saveTopicSet } from '../../db/topics/topic-set.ts';
import {
  listTopicAudiences,
  listTopics,
  saveTopics,
  setTopicStatuses,
} from '../../db/topics/topics.ts';
import type { TopicDefinition } from '../../domain/topics/topic.ts';
import {
  listStatusChanges,
  planTopicLoad,
  type TopicLoadPlan,
} from '../../domain/topics/topic-load.ts';

interface TopicsToLoad {
  /** `ml`, `arxiv`, or the name of a file. */
  name: string;
  topics: readonly TopicDefinition[];
}

/** What loading a set of topics would change. */
export async function previewTopics(
  db: Db,
  topics: readonly TopicDefinition[],
): Promise<TopicLoadPlan> {
  return planTopicLoad(await listTopics(db), topics, await listTopicAudiences(db));
}

/**
 * Loads a set of topics in place of the one before, and returns what changed. Topics that it lacks
 * are kept for those who follow or mute them. `sortPapers` then sorts the stored papers anew.
 */
export async function loadTopics(
  db: Db,
  { name, topics }: TopicsToLoad,
  now: Date,
): Promise<TopicLoadPlan> {
  return db.transaction(async (tx) => {
    // Papers that are being stored have the old topics: they must be there when sorting begins.
    await lockPaperWrites(tx);
    const plan = await previewTopics(tx, topics);
    await setTopicStatuses(tx, listStatusChanges(plan));
    await saveTopics(tx, topics);
    await saveTopicSet(tx, { name, needsSorting: plan.needsSorting }, now);
    return plan;
  });
}
