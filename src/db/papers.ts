import { eq, inArray, sql } from 'drizzle-orm';
import type { Paper, PaperTopic, TopicPaper } from '../domain/paper.ts';
import type { Db } from './client.ts';
import { papers } from './schema.ts';

/** What a list of papers is asked for; all given conditions hold together. */
export interface PaperQuery {
  date?: string;
  topic?: string;
  /** `websearch_to_tsquery` text. */
  text?: string;
  order: 'discussed' | 'newest' | 'relevance';
  limit: number;
  offset: number;
}

const TOPICS_OF_PAPER = sql<PaperTopic[]>`(
  SELECT coalesce(json_agg(json_build_object('slug', topic_slug, 'score', score) ORDER BY score DESC, topic_slug), '[]')
  FROM paper_topics WHERE paper_id = papers.id
)`.as('paper_topics');

const COLUMNS = {
  id: papers.id,
  source: papers.source,
  title: papers.title,
  abstract: papers.abstract,
  authors: papers.authors,
  authorCount: papers.authorCount,
  organization: papers.organization,
  publishedOn: papers.publishedOn,
  listedOn: papers.listedOn,
  usableOn: papers.usableOn,
  upvotes: papers.upvotes,
  comments: papers.comments,
  url: papers.url,
  codeUrl: papers.codeUrl,
  topics: TOPICS_OF_PAPER,
};

const DISCUSSED = sql`ln(1 + upvotes) + 0.5 * ln(1 + comments) DESC, published_on DESC NULLS LAST, id`;

const ORDERS = {
  discussed: DISCUSSED,
  newest: sql`published_on DESC NULLS LAST, id`,
} as const;

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

/** One page of the papers asked for, and how many there are in all. */
export async function listPapers(
  db: Db,
  query: PaperQuery,
): Promise<{ papers: TopicPaper[]; total: number }> {
  const conditions = [sql`true`];
  if (query.date !== undefined) conditions.push(sql`listed_on = ${query.date}`);
  if (query.topic !== undefined) {
    conditions.push(
      sql`id IN (SELECT paper_id FROM paper_topics WHERE topic_slug = ${query.topic})`,
    );
  }
  const words = sql`websearch_to_tsquery('english', ${query.text ?? ''})`;
  if (query.text !== undefined) conditions.push(sql`words @@ ${words}`);
  const where = sql.join(conditions, sql` AND `);
  const order =
    query.order === 'relevance'
      ? sql`ts_rank(words, ${words}) DESC, ${DISCUSSED}`
      : ORDERS[query.order];
  const [rows, total] = await Promise.all([
    db
      .select(COLUMNS)
      .from(papers)
      .where(where)
      .orderBy(order)
      .limit(query.limit)
      .offset(query.offset),
    db.$count(papers, where),
  ]);
  return { papers: rows, total };
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

/** How many papers were listed on each day from `first` to `last`; days without papers are left out. */
export async function countPapersByDay(
  db: Db,
  { first, last }: { first: string; last: string },
): Promise<Map<string, number>> {
  const result = await db.execute<{ day: string; count: number }>(sql`
    SELECT listed_on::text AS day, count(*)::int AS count FROM papers
    WHERE listed_on BETWEEN ${first} AND ${last} GROUP BY listed_on`);
  return new Map(result.rows.map(({ day, count }) => [day, count]));
}

/** The last day up to `day` on which papers were listed, or null when there is none. */
export async function latestListedDay(db: Db, day: string): Promise<string | null> {
  const result = await db.execute<{ day: string | null }>(
    sql`SELECT max(listed_on)::text AS day FROM papers WHERE listed_on <= ${day}`,
  );
  return result.rows[0]?.day ?? null;
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
