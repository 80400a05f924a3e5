import type { Db } from '../../db/client.ts';
import { listTopicCounts } from '../../db/topics/topics.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import { AVERAGED_WEEKS, averagedDays } from '../papers/average-week.ts';

/** Every topic with its number of stored papers. */
export async function countTopics(db: Db): Promise<(Topic & { papers: number })[]> {
  const counted = await listTopicCounts(db, null);
  return counted.map(({ count, ...topic }) => ({ ...topic, papers: count }));
}

/** Every topic with its average number of papers per week over the last four weeks. */
export async function countTopicsPerWeek(
  db: Db,
  now: Date,
): Promise<(Topic & { papersPerWeek: number })[]> {
  const counted = await listTopicCounts(db, averagedDays(now));
  return counted.map(({ count, ...topic }) => ({
    ...topic,
    papersPerWeek: Math.round(count / AVERAGED_WEEKS),
  }));
}
