import { eq, inArray, max, sql } from 'drizzle-orm';
import type { Paper, TopicPaper } from '../domain/paper.ts';
import type { Db } from './client.ts';
import { COLUMNS } from './paper-columns.ts';
import { papers } from './schema.ts';

/** What becomes of a known paper: a source that knows less takes nothing away. */
const SEEN_AGAIN = {
  title: sql`excluded.title`,
  abstract: sql`excluded.abstract`,
  authors: sql`CASE WHEN cardinality(excluded.authors) > 0 THEN excluded.authors ELSE papers.authors END`,
  authorCount: sql`coalesce(excluded.author_count, papers.author_count)`,
  organization: sql`coalesce(excluded.organization, papers.organization)`,
  publishedOn: sql`coalesce(excluded.published_on, papers.published_on)`,
  upvotes: sql`greatest(excluded.upvotes, papers.upvotes)`,
  comments: sql`greatest(excluded.comments, papers.comments)`,
  url: sql`coalesce(excluded.url, papers.url)`,
  codeUrl: sql`coalesce(excluded.code_url, papers.code_url)`,
} as const;

/**
 * Stores papers by id. A paper seen again is updated; the day on which it was first listed and
 * usable stays, so that it cannot come into a second digest. Returns the ids that are new,
 * those whose words changed (both need topics), and how many known ones were updated at all.
 */
export async function savePapers(
  db: Db,
  list: readonly Paper[],
  now: Date,
): Promise<{ added: string[]; reworded: string[]; changed: number }> {
  if (list.length === 0) return { added: [], reworded: [], changed: 0 };
  const before = await db.execute<{ id: string; title: string; abstract: string }>(
    sql`SELECT id, title, abstract FROM papers WHERE id = ANY(${sql.param(list.map(({ id }) => id))}::text[])`,
  );
  const known = new Map(before.rows.map((row) => [row.id, row]));
  const written = await db
    .insert(papers)
    .values(list.map((paper) => ({ ...paper, storedAt: now, updatedAt: now })))
    .onConflictDoUpdate({
      target: papers.id,
      set: { ...SEEN_AGAIN, updatedAt: now },
      setWhere: sql`ROW(${sql.join(
        namesOf(SEEN_AGAIN).map((name) => papers[name]),
        sql`, `,
      )})
        IS DISTINCT FROM ROW(${sql.join(Object.values(SEEN_AGAIN), sql`, `)})`,
    })
    .returning({ id: papers.id });
  const added = list.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  const reworded = list
    .filter((paper) => {
      const old = known.get(paper.id);
      return old !== undefined && (old.title !== paper.title || old.abstract !== paper.abstract);
    })
    .map(({ id }) => id);
  return { added, reworded, changed: written.length - added.length };
}

function namesOf<Name extends string>(record: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(record) as Name[];
}

/** One paper with its topics, or null. */
export async function findPaper(db: Db, id: string): Promise<TopicPaper | null> {
  const [paper] = await db.select(COLUMNS).from(papers).where(eq(papers.id, id));
  return paper ?? null;
}

/** The papers of these ids, in their order; what is not stored is left out. */
export async function findPapers(db: Db, ids: readonly string[]): Promise<TopicPaper[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select(COLUMNS)
    .from(papers)
    .where(inArray(papers.id, [...ids]));
  const byId = new Map(rows.map((paper) => [paper.id, paper]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Papers that may be used from `first` to `last` and are in no digest of `kind` yet. */
export async function listUsablePapers(
  db: Db,
  { kind, first, last }: { kind: string; first: string; last: string },
): Promise<TopicPaper[]> {
  return db
    .select(COLUMNS)
    .from(papers)
    .where(
      sql`usable_on BETWEEN ${first} AND ${last}
        AND NOT EXISTS (SELECT FROM digest_papers WHERE paper_id = papers.id AND kind = ${kind})`,
    )
    .orderBy(papers.id);
}

/** When one of the papers was last changed, or null for none. */
export async function lastChange(db: Db, ids: readonly string[]): Promise<Date | null> {
  const [row] = await db
    .select({ at: max(papers.updatedAt) })
    .from(papers)
    .where(inArray(papers.id, [...ids]));
  return row?.at ?? null;
}

/** Has the database learn which words papers say often. A server does so by itself, an embedded one never
 *  would: similar papers are found by the rare ones. */
export async function countWords(db: Db): Promise<void> {
  await db.execute(sql`ANALYZE papers`);
}

/** Title and abstract of the papers listed last, the newest first. */
export async function listRecentTexts(
  db: Db,
  limit: number,
): Promise<{ title: string; abstract: string }[]> {
  return db
    .select({ title: papers.title, abstract: papers.abstract })
    .from(papers)
    .orderBy(sql`listed_on DESC, id`)
    .limit(limit);
}
