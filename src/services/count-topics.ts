import type { Db } from '../db/client.ts';
import { countPapersByTopic, listTopics } from '../db/topics.ts';
import type { Topic } from '../domain/topics.ts';
import { countedDays, WEEKS_COUNTED } from './support/average-week.ts';

/** Every topic with how many stored papers it has. */
export async function countTopics(db: Db): Promise<(Topic & { papers: number })[]> {
  const counts = await countPapersByTopic(db, null);
  return (await listTopics(db)).map((topic) => ({ ...topic, papers: counts.get(topic.slug) ?? 0 }));
}

/** Every topic with its papers in an average of the last four weeks. */
export async function countTopicsPerWeek(
  db: Db,
  now: Date,
): Promise<(Topic & { papersPerWeek: number })[]> {
  const counts = await countPapersByTopic(db, countedDays(now));
  return (await listTopics(db)).map((topic) => ({
    ...topic,
    papersPerWeek: Math.round((counts.get(topic.slug) ?? 0) / WEEKS_COUNTED),
  }));
}
