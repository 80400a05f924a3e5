import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type {
  Digest,
  DigestKind,
  DigestSummary,
  RankedPaper,
} from '../../domain/digests/digest.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { digestPapers, digests } from '../schema.ts';

const COLUMNS = {
  id: digests.id,
  kind: digests.kind,
  date: digests.date,
  number: digests.number,
  composedAt: digests.composedAt,
};

const SUMMARY = {
  ...COLUMNS,
  audience: digests.audience,
  pausedAt: digests.pausedAt,
  pauseReason: digests.pauseReason,
  cancelledAt: digests.cancelledAt,
  papers: sql<number>`(SELECT count(*)::int FROM digest_papers WHERE digest_id = digests.id)`,
};

/** The key of the advisory lock for composing; any number will do. */
const COMPOSE_LOCK = 7_277_373;

/** Locks composing until the transaction ends, and waits for any other process that composes. */
export async function lockComposing(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${COMPOSE_LOCK})`);
}

/** Locks composing until the transaction ends. Returns false while another process composes. */
export async function tryLockComposing(db: Db): Promise<boolean> {
  const result = await db.execute<{ isLocked: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock(${COMPOSE_LOCK}) AS "isLocked"`,
  );
  return result.rows[0]?.isLocked === true;
}

/** The digest of a kind and day, or null. */
export async function findDigest(
  db: Db,
  kind: DigestKind,
  date: string,
): Promise<DigestSummary | null> {
  const [row] = await db
    .select(SUMMARY)
    .from(digests)
    .where(and(eq(digests.kind, kind), eq(digests.date, date)));
  return row ?? null;
}

/** The digest of that id, or null. */
export async function findDigestById(db: Db, id: number): Promise<DigestSummary | null> {
  const [row] = await db.select(SUMMARY).from(digests).where(eq(digests.id, id));
  return row ?? null;
}

/** The newest digest of a kind, or null. */
export async function findLatestDigest(db: Db, kind: DigestKind): Promise<DigestSummary | null> {
  const [row] = await db
    .select(SUMMARY)
    .from(digests)
    .where(eq(digests.kind, kind))
    .orderBy(desc(digests.date))
    .limit(1);
  return row ?? null;
}

/** The newest digests, daily ones before weekly ones of the same day. */
export async function listDigests(db: Db, limit: number): Promise<DigestSummary[]> {
  return db
    .select(SUMMARY)
    .from(digests)
    .orderBy(desc(digests.date), asc(digests.kind))
    .limit(limit);
}

/** The digests dated in a month, `YYYY-MM`, newest first. */
export async function listDigestsOfMonth(db: Db, month: string): Promise<DigestSummary[]> {
  const first = `${month}-01`;
  return db
    .select(SUMMARY)
    .from(digests)
    .where(sql`date >= ${first} AND date < ${first}::date + interval '1 month'`)
    .orderBy(desc(digests.date), asc(digests.kind));
}

/** The months with digests and their number of digests, newest first. */
export async function countDigestsByMonth(db: Db): Promise<{ month: string; count: number }[]> {
  const result = await db.execute<{ month: string; count: number }>(sql`
    SELECT to_char(date, 'YYYY-MM') AS month, count(*)::int AS count FROM digests GROUP BY 1 ORDER BY 1 DESC`);
  return result.rows.map(({ month, count }) => ({ month, count }));
}

/** Adds a digest, numbered after the others of its kind. Call it under `lockComposing`. */
export async function addDigest(
  db: Db,
  digest: { kind: DigestKind; date: string; composedAt: Date },
): Promise<Digest> {
  const [row] = await db
    .insert(digests)
    .values({
      ...digest,
      number: sql`(SELECT count(*) + 1 FROM digests WHERE kind = ${digest.kind})`,
      audience: 0,
    })
    .returning(COLUMNS);
  if (!row) throw new Error('INSERT INTO digests returned no row.');
  return row;
}

/** Freezes the papers of a digest as they are now. */
export async function freezePapers(
  db: Db,
  digest: Digest,
  papers: readonly RankedPaper[],
): Promise<void> {
  const rows = papers.map(({ rank, popularity, ...snapshot }) => ({
    digestId: digest.id,
    rank,
    paperId: snapshot.id,
    kind: digest.kind,
    popularity,
    snapshot,
  }));
  for (let start = 0; start < rows.length; start += 1000) {
    await db.insert(digestPapers).values(rows.slice(start, start + 1000));
  }
}

/** The titles of the papers in digests of a kind dated from `first` on. */
export async function listRecentTitles(
  db: Db,
  { kind, first }: { kind: DigestKind; first: string },
): Promise<string[]> {
  const result = await db.execute<{ title: string }>(sql`
    SELECT snapshot ->> 'title' AS title
    FROM digest_papers JOIN digests ON digests.id = digest_id
    WHERE digests.kind = ${kind} AND date >= ${first}`);
  return result.rows.map(({ title }) => title);
}

/** Records how many deliveries were frozen. */
export async function setAudienceSize(db: Db, digestId: number, audience: number): Promise<void> {
  await db.update(digests).set({ audience }).where(eq(digests.id, digestId));
}

/** The frozen papers of a digest by rank: all, or the first `limit`. */
export async function listDigestPapers(
  db: Db,
  digestId: number,
  limit?: number,
): Promise<RankedPaper[]> {
  const rows = await db
    .select()
    .from(digestPapers)
    .where(
      and(
        eq(digestPapers.digestId, digestId),
        limit === undefined ? undefined : lt(digestPapers.rank, limit),
      ),
    )
    .orderBy(digestPapers.rank);
  return rows.map(({ snapshot, rank, popularity }) => ({ ...snapshot, rank, popularity }));
}

/** Whether a digest froze a paper. */
export async function isPaperInDigest(db: Db, digestId: number, paperId: string): Promise<boolean> {
  const where = and(eq(digestPapers.digestId, digestId), eq(digestPapers.paperId, paperId));
  return (await db.$count(digestPapers, where)) > 0;
}

/** The papers of a digest with the given ranks, by rank. */
export async function listDigestPapersByRank(
  db: Db,
  digestId: number,
  ranks: readonly number[],
): Promise<Map<number, TopicPaper>> {
  const rows = await db
    .select({ rank: digestPapers.rank, snapshot: digestPapers.snapshot })
    .from(digestPapers)
    .where(and(eq(digestPapers.digestId, digestId), inArray(digestPapers.rank, [...ranks])));
  return new Map(rows.map(({ rank, snapshot }) => [rank, snapshot]));
}

/** The digests with a paper, newest first. */
export async function listDigestsOfPaper(db: Db, paperId: string): Promise<Digest[]> {
  return db
    .select(COLUMNS)
    .from(digests)
    .innerJoin(digestPapers, eq(digestPapers.digestId, digests.id))
    .where(eq(digestPapers.paperId, paperId))
    .orderBy(desc(digests.date));
}

/** The dates of the digests of a kind before and after `date`; null where there is none. */
export async function findNeighbourDates(
  db: Db,
  kind: DigestKind,
  date: string,
): Promise<{ previous: string | null; next: string | null }> {
  const result = await db.execute<{ previous: string | null; next: string | null }>(sql`
    SELECT max(date) FILTER (WHERE date < ${date})::text AS previous,
           min(date) FILTER (WHERE date > ${date})::text AS next
    FROM digests WHERE kind = ${kind}`);
  return result.rows[0] ?? { previous: null, next: null };
}

/** The digests of a kind before `date`, the newest first. */
export async function listEarlierDigests(
  db: Db,
  kind: DigestKind,
  date: string,
  limit: number,
): Promise<Pick<Digest, 'date' | 'composedAt'>[]> {
  return db
    .select({ date: digests.date, composedAt: digests.composedAt })
    .from(digests)
    .where(and(eq(digests.kind, kind), lt(digests.date, date)))
    .orderBy(desc(digests.date))
    .limit(limit);
}

/** Pauses a digest: no more of it is claimed or sent. Returns false when it was paused (it keeps
 *  its reason) or cancelled before. */
export async function markDigestPaused(
  db: Db,
  digestId: number,
  reason: string,
  now: Date,
): Promise<boolean> {
  const changed = await db
    .update(digests)
    .set({ pausedAt: now, pauseReason: reason })
    .where(and(eq(digests.id, digestId), isNull(digests.pausedAt), isNull(digests.cancelledAt)));
  return changed.rowCount === 1;
}

/**
 * Pauses the unfinished digests of another timeline of the server, also those that were paused for
 * another reason: a standby that was promoted may have forgotten their last deliveries. Each is
 * paused once. @returns those digests.
 */
export async function pauseForgottenDigests(
  db: Db,
  reason: string,
  now: Date,
): Promise<Pick<Digest, 'id' | 'kind' | 'date'>[]> {
  const isOpen = sql`EXISTS (SELECT FROM batches
    WHERE digest_id = digests.id AND (due_at IS NOT NULL OR lease_id IS NOT NULL))`;
  return db
    .update(digests)
    .set({
      pausedAt: sql`coalesce(paused_at, ${now})`,
      pauseReason: reason,
      timelineId: sql`database_timeline()`,
    })
    .where(sql`timeline_id <> (SELECT database_timeline()) AND cancelled_at IS NULL AND ${isOpen}`)
    .returning({ id: digests.id, kind: digests.kind, date: digests.date });
}

/** Resumes a digest. Returns false when it was not paused. */
export async function markDigestResumed(db: Db, digestId: number): Promise<boolean> {
  const changed = await db
    .update(digests)
    .set({ pausedAt: null, pauseReason: null })
    .where(and(eq(digests.id, digestId), isNotNull(digests.pausedAt)));
  return changed.rowCount === 1;
}

/** Cancels a digest for good: no more of it is claimed or sent. */
export async function markDigestCancelled(db: Db, digestId: number, now: Date): Promise<void> {
  await db
    .update(digests)
    .set({ cancelledAt: now, pausedAt: null, pauseReason: null })
    .where(and(eq(digests.id, digestId), isNull(digests.cancelledAt)));
}
