import { sql } from 'drizzle-orm';
import type { Db } from './client.ts';

/** Notes that a digest of `date` held nothing for these readers; who waits since an earlier one keeps
 *  that day. */
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

/** Forgets the quiet days before a digest for those of the readers to whom it is sent by now: the mail
 *  told them. */
export async function endQuiet(
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
