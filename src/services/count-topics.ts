import type { Db } from '../db/client.ts';
import { countPapersByTopic, listTopics } from '../db/topics.ts';
import { addDays, dayOf } from '../domain/schedule.ts';
import type { Topic } from '../domain/topics.ts';

/** Every topic with how many stored papers it has. */
export async function countTopics(db: Db): Promise<(Topic & { papers: number })[]> {
  const counts = await countPapersByTopic(db, null);
  return (await listTopics(db)).map((topic) => ({ ...topic, papers: counts.get(topic.slug) ?? 0 }));
}

/** Weeks over which an average week is counted: a holiday in one of them does not rule it. */
const WEEKS = 4;

/** Every topic with its papers in an average of the last four weeks. */
export async function countTopicsPerWeek(
  db: Db,
  now: Date,
): Promise<(Topic & { papersPerWeek: number })[]> {
  const last = dayOf(now);
  const counts = await countPapersByTopic(db, { first: addDays(last, 1 - 7 * WEEKS), last });
  return (await listTopics(db)).map((topic) => ({
    ...topic,
    papersPerWeek: Math.round((counts.get(topic.slug) ?? 0) / WEEKS),
  }));
}
