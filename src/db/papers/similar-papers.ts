import { eq, sql } from 'drizzle-orm';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { papers } from '../schema.ts';
import { PAPER_COLUMNS } from './paper-columns.ts';

/** Number of the title's rarest words to search for. */
const MOST_WORDS = 5;

/** A word in a greater share of the papers is too common to search for. */
const COMMON_SHARE = 0.02;

/** Most papers to compare. */
const MOST_COMPARED = 300;

/**
 * Papers that contain the rarest words of this paper's title, those with most of them first; a
 * shared topic counts a little. The rarity of a word comes from the table's statistics, which cost
 * nothing. Without statistics every word counts as rare.
 */
export async function listSimilarPapers(db: Db, id: string, limit: number): Promise<TopicPaper[]> {
  const nearest = sql`(
    WITH common AS MATERIALIZED (
      SELECT word, share
      FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS each (word, share)
      WHERE schemaname = current_schema() AND tablename = 'papers' AND attname = 'words' AND word IS NOT NULL
    ), rare AS MATERIALIZED (
      SELECT lexeme FROM unnest((SELECT words FROM papers WHERE id = ${id})) AS said
      LEFT JOIN common ON word = lexeme
      WHERE 'A' = ANY (weights) AND coalesce(share, 0) < ${COMMON_SHARE} AND length(lexeme) > 1
      ORDER BY coalesce(share, 0), cardinality(positions) DESC, lexeme LIMIT ${MOST_WORDS}
    ), wanted AS MATERIALIZED (
      SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query FROM rare
    ), alike AS MATERIALIZED (
      SELECT papers.id, papers.words, papers.listed_on FROM papers, wanted
      WHERE papers.words @@ query AND papers.id <> ${id} LIMIT ${MOST_COMPARED}
    )
    SELECT alike.id, listed_on,
      (SELECT count(*) FROM rare WHERE alike.words @@ quote_literal(lexeme)::tsquery) + ts_rank(alike.words, query)
        + 0.5 * (SELECT count(*) FROM paper_topics AS theirs JOIN paper_topics AS ours USING (topic_slug)
                 WHERE theirs.paper_id = alike.id AND ours.paper_id = ${id} AND theirs.is_shown AND ours.is_shown) AS similarity
    FROM alike, wanted ORDER BY similarity DESC, listed_on DESC, alike.id LIMIT ${limit}
  ) AS nearest`;
  return db
    .select(PAPER_COLUMNS)
    .from(papers)
    .innerJoin(nearest, eq(papers.id, sql`nearest.id`))
    .orderBy(sql`nearest.similarity DESC, nearest.listed_on DESC, nearest.id`);
}
