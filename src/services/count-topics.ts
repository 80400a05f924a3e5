import type { Db } from '../db/client.ts';
import { countPapersByTopic, listTopics } from '../db/topics.ts';

/** Every topic with how many stored papers it has. */
export async function countTopics(
  db: Db,
): Promise<{ slug: string; name: string; papers: number }[]> {
  const counts = await countPapersByTopic(db, null);
  return (await listTopics(db)).map(({ slug, name }) => ({
    slug,
    name,
    papers: counts.get(slug) ?? 0,
  }));
}
