import { sql } from 'drizzle-orm';
import type { PaperSourceRecord } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { toJson } from '../json.ts';
import { paperSources } from '../schema.ts';

/** The source records of these papers, by paper id. */
export async function listSourceRecords(
  db: Db,
  paperIds: readonly string[],
): Promise<Map<string, PaperSourceRecord[]>> {
  const rows = await db
    .select()
    .from(paperSources)
    .where(sql`paper_id = ANY(${sql.param(paperIds)}::text[])`);
  const byPaper = new Map<string, PaperSourceRecord[]>();
  for (const { paperId, ...record } of rows) {
    const known = byPaper.get(paperId);
    if (known) known.push(record);
    else byPaper.set(paperId, [record]);
  }
  return byPaper;
}

/** Stores source records; each paper and source at most once in the list. */
export async function saveSourceRecords(
  db: Db,
  list: readonly (PaperSourceRecord & { paperId: string })[],
): Promise<void> {
  if (list.length === 0) return;
  await db.execute(sql`
    INSERT INTO paper_sources (paper_id, source, listed_on, usable_on, seen_at, upvotes, comments, withdrawn_on)
    SELECT "paperId", source, "listedOn", "usableOn", "seenAt", upvotes, comments, "withdrawnOn"
    FROM json_to_recordset(${toJson(list)}::json) AS listing ("paperId" text, source text,
      "listedOn" date, "usableOn" date, "seenAt" timestamptz, upvotes integer, comments integer,
      "withdrawnOn" date)
    ON CONFLICT (paper_id, source) DO UPDATE SET
      listed_on = excluded.listed_on, usable_on = excluded.usable_on, seen_at = excluded.seen_at,
      upvotes = excluded.upvotes, comments = excluded.comments, withdrawn_on = excluded.withdrawn_on`);
}

/** Number of the papers that a source listed before `day`. */
export async function countListedBefore(
  db: Db,
  { source, day, paperIds }: { source: string; day: string; paperIds: readonly string[] },
): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM paper_sources
    WHERE paper_id = ANY(${sql.param(paperIds)}::text[]) AND source = ${source} AND listed_on < ${day}`);
  return result.rows[0]?.count ?? 0;
}

/** Creates rows of the paper with that id from source records. */
export function createPaperIdSetter(
  paperId: string,
): (record: PaperSourceRecord) => PaperSourceRecord & { paperId: string } {
  return (record) => ({ ...record, paperId });
}
