import { sql } from 'drizzle-orm';
import { DAY_MS } from '../../domain/time/units.ts';
import type { Db } from '../client.ts';
import type { BatchKey } from './batches.ts';

interface RecentMessages {
  /** Sent, or perhaps sent, in the last 24 hours. */
  messages: number;
  /** Claimed by workers, in other batches than the given one. */
  claimed: number;
  /** When the first of the messages was sent; null when there are none. */
  since: Date | null;
}

/** A digest is sent and retried in the days after it was composed. */
const MAX_SENDING_DAYS = 9;

/** An arbitrary number. Batches count one after the other: counting at the same time, each would
 *  leave the whole limit to the others. */
const DAILY_LIMIT_LOCK = 7_277_375;

/** Blocks other counts of the daily limit until the transaction ends. */
export async function lockDailyLimit(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${DAILY_LIMIT_LOCK})`);
}

/** Counts what left for the relays in the 24 hours before `now`: digests and transactional
 *  e-mails. */
export async function countRecentMessages(
  db: Db,
  { now, besides = { digestId: 0, batch: 0 } }: { now: Date; besides?: BatchKey },
): Promise<RecentMessages> {
  const from = new Date(now.getTime() - DAY_MS);
  const oldest = new Date(now.getTime() - MAX_SENDING_DAYS * DAY_MS);
  const composed = await db.execute<{ id: number }>(
    sql`SELECT id FROM digests WHERE composed_at > ${oldest}`,
  );
  // As a parameter: with a subquery the partitions of all digests would be locked.
  const ids = sql`${sql.param(composed.rows.map(({ id }) => id))}::int[]`;
  const result = await db.execute<{ messages: number; claimed: number; since: string | null }>(sql`
    WITH recent AS (
      SELECT state, updated_at AS at, digest_id, batch FROM deliveries
      WHERE digest_id = ANY(${ids})
        AND (state = 'claimed' OR state IN ('sending', 'sent', 'unknown') AND updated_at > ${from})
      UNION ALL
      SELECT 'sent', sent_at, 0, 0 FROM transactional_emails WHERE sent_at > ${from}
    )
    SELECT count(*) FILTER (WHERE state <> 'claimed')::int AS messages,
      count(*) FILTER (WHERE state = 'claimed'
        AND (digest_id, batch) <> (${besides.digestId}::int, ${besides.batch}::int))::int AS claimed,
      min(at) FILTER (WHERE state <> 'claimed') AS since
    FROM recent`);
  const row = result.rows[0];
  return {
    messages: row?.messages ?? 0,
    claimed: row?.claimed ?? 0,
    since: row?.since ? new Date(row.since) : null,
  };
}

/** How many messages the digests of a day need. */
export interface DigestDemand {
  /** The number of the digest. */
  number: number;
  /** The audience of all digests composed in the 24 hours before, and of this one. */
  audience: number;
  /** When the last batch of the digest is due that no worker has claimed yet; null when there is
   *  none. */
  lastUnclaimedAt: Date | null;
}

/** Reads the demand that competes for the daily limit with a digest, or null when the digest does
 *  not exist. */
export async function readDigestDemand(
  db: Db,
  digestId: number,
  now: Date,
): Promise<DigestDemand | null> {
  const { rows } = await db.execute<{
    number: number;
    audience: number;
    lastUnclaimedAt: string | null;
  }>(sql`
    SELECT number,
      (SELECT sum(each.audience)::int FROM digests AS each
        WHERE each.id = own.id OR each.composed_at > ${new Date(now.getTime() - DAY_MS)}) AS audience,
      (SELECT max(due_at) FROM batches
        WHERE digest_id = own.id AND due_at IS NOT NULL AND claims = 0) AS "lastUnclaimedAt"
    FROM digests AS own WHERE own.id = ${digestId}`);
  const [row] = rows;
  if (row === undefined) return null;
  const { number, audience, lastUnclaimedAt } = row;
  return {
    number,
    audience,
    lastUnclaimedAt: lastUnclaimedAt === null ? null : new Date(lastUnclaimedAt),
  };
}
