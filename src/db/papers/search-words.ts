import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** The words among `words` that the search `text` matches: `model` matches “Models”. */
export async function findSearchedWords(
  db: Db,
  text: string,
  words: readonly string[],
): Promise<Set<string>> {
  if (words.length === 0) return new Set();
  const result = await db.execute<{ word: string }>(sql`
    SELECT word
    FROM unnest(${sql.param([...words])}::text[]) AS word,
      (SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query
       FROM unnest(to_tsvector('english', ${text}))) AS looked_for
    WHERE to_tsvector('english', word) @@ query`);
  return new Set(result.rows.map(({ word }) => word));
}

/** Whether a search contains only stop words, such as “the”. */
export async function hasOnlyStopWords(db: Db, text: string): Promise<boolean> {
  const result = await db.execute<{ nodes: number }>(
    sql`SELECT numnode(websearch_to_tsquery('english', ${text})) AS nodes`,
  );
  return result.rows[0]?.nodes === 0;
}
