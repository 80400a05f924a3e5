import { sql } from 'drizzle-orm';
import { EMPTY_SELECTION_DETAILS } from '../../domain/digests/empty-selection.ts';
import type { Db } from '../client.ts';
import { splitDigests } from '../deliveries/partitions.ts';

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

/** Digests in a row without a delivery to a subscriber, after which earlier ones are not read. */
const MAX_DIGESTS_WITHOUT = 14;

/** Date of the first digest without papers for the subscriber since the last mail before this
 *  digest, as this digest's mail says it; null when there was none. */
export async function findQuietSince(
  db: Db,
  { digestId, subscriberId }: { digestId: number; subscriberId: number },
): Promise<string | null> {
  const { rows: earlier } = await db.execute<{ id: number; date: string }>(sql`
    SELECT id, date::text AS date FROM digests
    WHERE date < (SELECT date FROM digests AS this WHERE this.id = ${digestId})
    ORDER BY digests.date DESC, id DESC`);
  let since: string | null = null;
  let without = 0;
  for (const ids of splitDigests(earlier.map(({ id }) => id))) {
    const found = await listQuietStates(db, subscriberId, ids);
    for (const id of ids) {
      const delivery = found.get(id);
      if (delivery?.state === 'sent') return since;
      if (delivery?.isQuiet) since = earlier.find((each) => each.id === id)?.date ?? since;
      without = delivery ? 0 : without + 1;
    }
    if (without >= MAX_DIGESTS_WITHOUT) return since;
  }
  return since;
}

async function listQuietStates(
  db: Db,
  subscriberId: number,
  digestIds: readonly number[],
): Promise<Map<number, { state: string; isQuiet: boolean }>> {
  const details = sql.param(Object.values(EMPTY_SELECTION_DETAILS));
  const { rows } = await db.execute<{ digestId: number; state: string; isQuiet: boolean }>(sql`
    SELECT digest_id AS "digestId", state,
      state = 'skipped' AND coalesce(detail = ANY(${details}::text[]), false) AS "isQuiet"
    FROM deliveries
    WHERE digest_id = ANY(${sql.param([...digestIds])}::int[]) AND subscriber_id = ${subscriberId}`);
  return new Map(rows.map(({ digestId, ...delivery }) => [digestId, delivery]));
}
