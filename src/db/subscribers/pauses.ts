import { and, desc, eq, gt, lt, sql } from 'drizzle-orm';
import type { DigestKind, RankedPaper } from '../../domain/digests/digest.ts';
import type { Db } from '../client.ts';
import { digestPapers, digests, subscribers } from '../schema.ts';

/** Whether a pause lasts until `date` or an earlier day. */
export async function hasPausesToEnd(db: Db, date: string): Promise<boolean> {
  const result = await db.execute(
    sql`SELECT FROM subscribers WHERE status = 'paused' AND paused_until <= ${date} LIMIT 1`,
  );
  return result.rows.length > 0;
}

/**
 * Ends up to `limit` pauses that last until `date` or an earlier day, and requests an e-mail with
 * the best papers of each absence, in one statement. Returns how many subscribers are active again.
 */
export async function endPauses(
  db: Db,
  { date, now, expiresAt, limit }: { date: string; now: Date; expiresAt: Date; limit: number },
): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`
    WITH chosen AS MATERIALIZED (
      SELECT id FROM subscribers WHERE status = 'paused' AND paused_until <= ${date}
      ORDER BY paused_until LIMIT ${limit} FOR UPDATE
    ), returned AS (
      UPDATE subscribers SET status = 'active', paused_until = NULL, updated_at = ${now}
      FROM chosen WHERE subscribers.id = chosen.id
      RETURNING subscribers.id, paused_at
    ), requested AS (
      INSERT INTO transactional_emails (subscriber_id, kind, state, requested_at, send_at, expires_at, next_at, attempts)
      SELECT id, 'return', 'pending', ${now}::timestamptz, ${now}::timestamptz, ${expiresAt}::timestamptz, ${now}::timestamptz, 0
      FROM returned WHERE paused_at IS NOT NULL
    )
    SELECT count(*)::int AS count FROM returned`);
  return result.rows[0]?.count ?? 0;
}

/** When the subscriber's pause, or the last one, began; null when there was none. */
export async function findPauseStart(db: Db, subscriberId: number): Promise<Date | null> {
  const [row] = await db
    .select({ pausedAt: subscribers.pausedAt })
    .from(subscribers)
    .where(eq(subscribers.id, subscriberId));
  return row?.pausedAt ?? null;
}

/** The most discussed papers in the digests of a kind composed after `since` and before `until`.
 *  Their ranks, from 0, are relative to this list. */
export async function listMissedPapers(
  db: Db,
  { kind, since, until, limit }: { kind: DigestKind; since: Date; until: Date; limit: number },
): Promise<RankedPaper[]> {
  const rows = await db
    .select({ snapshot: digestPapers.snapshot, popularity: digestPapers.popularity })
    .from(digestPapers)
    .innerJoin(digests, eq(digests.id, digestPapers.digestId))
    .where(
      and(eq(digests.kind, kind), gt(digests.composedAt, since), lt(digests.composedAt, until)),
    )
    .orderBy(desc(digestPapers.popularity), digestPapers.paperId)
    .limit(limit);
  return rows.map(({ snapshot, popularity }, rank) => ({ ...snapshot, popularity, rank }));
}
