import { sql } from 'drizzle-orm';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { papers } from '../schema.ts';
import { MOST_DISCUSSED_FIRST, PAPER_COLUMNS } from './paper-columns.ts';

/** The most discussed papers of the last `days` days with papers, at most `limit`; with `topics`
 *  only those on one of them. */
export async function listPopularPapers(
  db: Db,
  { days, topics = [], limit }: { days: number; topics?: readonly string[]; limit: number },
): Promise<TopicPaper[]> {
  const onTopics = sql`EXISTS (SELECT FROM paper_topics
    WHERE paper_id = papers.id AND topic_slug = ANY(${sql.param([...topics])}::text[]))`;
  return db
    .select(PAPER_COLUMNS)
    .from(papers)
    .where(
      sql`listed_on > (SELECT max(listed_on) FROM papers) - ${days}::int AND withdrawn_on IS NULL
        AND ${topics.length === 0 ? sql`true` : onTopics}`,
    )
    .orderBy(MOST_DISCUSSED_FIRST)
    .limit(limit);
}
