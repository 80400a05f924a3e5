import { sql } from 'drizzle-orm';
import { EMPTY_SELECTION_DETAILS } from '../../domain/digests/empty-selection.ts';
import type { Db } from '../client.ts';

/** Records that the digest of `date` held nothing for these subscribers. An earlier date is
 *  kept. */
export async function markQuiet(
  db: Db,
  subscriberIds: readonly number[],
  date: string,
): Promise<void> {
  if (subscriberIds.length === 0) return;
  await db.execute(sql`
    UPDATE subscribers SET quiet_since = ${date}
    WHERE id = ANY(${sql.param([...subscriberIds])}::bigint[]) AND quiet_since IS NULL`);
}

/** Clears the quiet days before a digest for the subscribers to whom it was sent: the mail
 *  mentioned them. */
export async function clearQuiet(
  db: Db,
  subscriberIds: readonly number[],
  { digestId, date }: { digestId: number; date: string },
): Promise<void> {
  if (subscriberIds.length === 0) return;
  const ids = sql`${sql.param([...subscriberIds])}::bigint[]`;
  await db.execute(sql`
    UPDATE subscribers SET quiet_since = NULL
    WHERE id = ANY(${ids}) AND quiet_since < ${date} AND id IN (
      SELECT subscriber_id FROM deliveries
      WHERE digest_id = ${digestId} AND subscriber_id = ANY(${ids}) AND state = 'sent')`);
}

/** Date of the first digest without papers for the subscriber since the last mail before this
 *  digest, as this digest's mail says it; null when there was none. */
export async function findQuietSince(
  db: Db,
  { digestId, subscriberId }: { digestId: number; subscriberId: number },
): Promise<string | null> {
  const details = sql.param(Object.values(EMPTY_SELECTION_DETAILS));
  const result = await db.execute<{ since: string | null }>(sql`
    WITH mine AS (
      SELECT date, state, detail FROM digests JOIN deliveries ON digest_id = digests.id
      WHERE subscriber_id = ${subscriberId}
        AND date < (SELECT date FROM digests AS this WHERE this.id = ${digestId})
    )
    SELECT min(date)::text AS since FROM mine
    WHERE state = 'skipped' AND detail = ANY(${details}::text[])
      AND date > coalesce((SELECT max(date) FROM mine WHERE state = 'sent'), '-infinity')`);
  return result.rows[0]?.since ?? null;
}
