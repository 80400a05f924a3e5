import { and, desc, eq, isNull, or, sql } from 'drizzle-orm';
import type { LibraryEntry } from '../../domain/library/library-entry.ts';
import type { Db } from '../client.ts';
import { libraryPapers, papers } from '../schema.ts';

/** A paper of a subscriber's library; title and abstract are those of the stored paper if it is
 *  one. */
export interface LibraryPaper extends LibraryEntry {
  position: number;
  /** The stored paper that is the same, or null. */
  paperId: string | null;
  addedAt: Date;
  lookedUpAt: Date | null;
}

const LIBRARY_PAPER = {
  position: libraryPapers.position,
  title: sql<string>`coalesce(${papers.title}, ${libraryPapers.title})`,
  abstract: sql<string>`coalesce(${papers.abstract}, ${libraryPapers.abstract})`,
  arxivId: libraryPapers.arxivId,
  doi: libraryPapers.doi,
  paperId: papers.id,
  addedAt: libraryPapers.addedAt,
  lookedUpAt: libraryPapers.lookedUpAt,
};

/** A subscriber's library, the last added paper first. */
export async function listLibrary(db: Db, subscriberId: number): Promise<LibraryPaper[]> {
  return db
    .select(LIBRARY_PAPER)
    .from(libraryPapers)
    .leftJoin(papers, eq(papers.id, libraryPapers.paperId))
    .where(eq(libraryPapers.subscriberId, subscriberId))
    .orderBy(desc(libraryPapers.position));
}

/** Adds papers after those that the library has. The caller holds the lock of the subscriber. */
export async function addLibraryPapers(
  db: Db,
  subscriberId: number,
  entries: readonly (LibraryEntry & { paperId: string | null })[],
  now: Date,
): Promise<void> {
  if (entries.length === 0) return;
  const [last] = await db
    .select({ position: sql<number>`coalesce(max(position), 0)` })
    .from(libraryPapers)
    .where(eq(libraryPapers.subscriberId, subscriberId));
  const first = (last?.position ?? 0) + 1;
  await db.insert(libraryPapers).values(
    entries.map(({ title, abstract, arxivId, doi, paperId }, index) => ({
      subscriberId,
      position: first + index,
      title,
      abstract,
      arxivId,
      doi,
      paperId,
      addedAt: now,
    })),
  );
}

/** Sets what a lookup found for a paper; null when it found nothing. */
export async function setLookedUp(
  db: Db,
  { subscriberId, position }: { subscriberId: number; position: number },
  found: Pick<LibraryEntry, 'title' | 'abstract'> | null,
  now: Date,
): Promise<void> {
  await db
    .update(libraryPapers)
    .set({ ...found, lookedUpAt: now })
    .where(and(eq(libraryPapers.subscriberId, subscriberId), eq(libraryPapers.position, position)));
}

/** Removes a paper from a library, or all of them. Returns how many were removed. */
export async function removeLibraryPapers(
  db: Db,
  subscriberId: number,
  position: number | 'all',
): Promise<number> {
  const removed = await db
    .delete(libraryPapers)
    .where(
      and(
        eq(libraryPapers.subscriberId, subscriberId),
        position === 'all' ? undefined : eq(libraryPapers.position, position),
      ),
    );
  return removed.rowCount ?? 0;
}

/** The papers of a library that have an id and no abstract, and were not looked up, the first added
 *  first. */
export async function listToLookUp(db: Db, subscriberId: number): Promise<LibraryPaper[]> {
  return db
    .select(LIBRARY_PAPER)
    .from(libraryPapers)
    .leftJoin(papers, eq(papers.id, libraryPapers.paperId))
    .where(
      and(
        eq(libraryPapers.subscriberId, subscriberId),
        isNull(libraryPapers.lookedUpAt),
        isNull(papers.id),
        eq(libraryPapers.abstract, ''),
        or(sql`arxiv_id IS NOT NULL`, sql`doi IS NOT NULL`),
      ),
    )
    .orderBy(libraryPapers.position);
}

/** Letters and digits of a title in lower case; shorter ones say too little to be compared. */
const MIN_TITLE_KEY_CHARS = 12;

/**
 * For each entry the id of the stored paper that is the same, or null: by arXiv id, by DOI, or by
 * the letters and digits of the title. The index `papers_title` has the expression below.
 */
export async function findStoredPapers(
  db: Db,
  entries: readonly LibraryEntry[],
): Promise<(string | null)[]> {
  if (entries.length === 0) return [];
  const ids = entries.map(({ arxivId, doi }) => arxivId ?? (doi === null ? null : `doi:${doi}`));
  const titles = entries.map(({ title }) => title);
  const result = await db.execute<{ paperId: string | null }>(sql`
    SELECT coalesce(
      (SELECT papers.id FROM papers WHERE papers.id = given.id),
      (SELECT papers.id FROM papers
       WHERE length(title_key) >= ${MIN_TITLE_KEY_CHARS}
         AND md5(lower(regexp_replace(papers.title, '[^[:alnum:]]+', '', 'g'))) = md5(title_key)
       ORDER BY listed_on, papers.id LIMIT 1)
    ) AS "paperId"
    FROM unnest(${sql.param(ids)}::text[], ${sql.param(titles)}::text[])
      WITH ORDINALITY AS given (id, title, place),
      LATERAL lower(regexp_replace(given.title, '[^[:alnum:]]+', '', 'g')) AS title_key
    ORDER BY place`);
  return result.rows.map(({ paperId }) => paperId);
}

/** The newest stored papers of an author, spelled in the same way except for case. */
export async function listPapersByAuthor(
  db: Db,
  name: string,
  limit: number,
): Promise<{ id: string; title: string; abstract: string }[]> {
  return db
    .select({ id: papers.id, title: papers.title, abstract: papers.abstract })
    .from(papers)
    .where(sql`EXISTS (SELECT FROM unnest(authors) AS author WHERE lower(author) = lower(${name}))`)
    .orderBy(sql`listed_on DESC, id`)
    .limit(limit);
}

/** Subscribers who have a library and unsubscribed before `before`. */
export async function listAbandonedLibraries(db: Db, before: Date): Promise<number[]> {
  const result = await db.execute<{ id: string }>(sql`
    SELECT id FROM subscribers
    WHERE status = 'unsubscribed' AND unsubscribed_at < ${before}
      AND (EXISTS (SELECT FROM library_papers WHERE subscriber_id = subscribers.id)
        OR EXISTS (SELECT FROM library_lookups WHERE subscriber_id = subscribers.id))`);
  return result.rows.map(({ id }) => Number(id));
}

/** Subscribers with a library whose profile was learned before `before`, or is empty, the one who
 *  waits longest first. */
export async function listStaleLibraries(db: Db, before: Date, limit: number): Promise<number[]> {
  const result = await db.execute<{ id: string }>(sql`
    SELECT id FROM subscribers
    WHERE status IN ('active', 'paused') AND (learned IS NULL OR learned_at < ${before})
      AND EXISTS (SELECT FROM library_papers WHERE subscriber_id = subscribers.id)
    ORDER BY learned_at LIMIT ${limit}`);
  return result.rows.map(({ id }) => Number(id));
}
