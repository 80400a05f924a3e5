import type { Db } from '../../db/client.ts';
import { listTopicCounts } from '../../db/topics/topics.ts';
import { isOffered, type Topic } from '../../domain/topics/topic.ts';
import { AVERAGED_WEEKS, averagedDays } from '../papers/average-week.ts';

/** The topics that are offered, each with its number of stored papers. */
export async function countTopics(db: Db): Promise<(Topic & { papers: number })[]> {
  const counted = await listTopicCounts(db, null);
  return counted.filter(isOffered).map(({ count, ...topic }) => ({ ...topic, papers: count }));
}

/**
 * The topics that are offered or kept, each with its average number of papers per week over the
 * last four weeks.
 */
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
