import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** Since when the longest waiting is due of what nobody has in hand; null when nothing is due. Digests
 *  that are paused or cancelled do not count. */
export async function findOldestDue(
  db: Db,
  now: Date,
): Promise<{ deliveries: Date | null; transactional: Date | null }> {
  const { rows } = await db.execute<{
    deliveries: string | null;
    transactional: string | null;
  }>(sql`
    SELECT
      (SELECT min(due_at) FROM batches JOIN digests ON digests.id = digest_id
        WHERE due_at <= ${now} AND lease_id IS NULL AND paused_at IS NULL AND cancelled_at IS NULL
      ) AS deliveries,
      (SELECT min(next_at) FROM transactional_emails WHERE state = 'pending' AND next_at <= ${now}) AS transactional`);
  const [row] = rows;
  return {
    deliveries: parseTimestamp(row?.deliveries),
    transactional: parseTimestamp(row?.transactional),
  };
}

function parseTimestamp(value: string | null | undefined): Date | null {
  return value === null || value === undefined ? null : new Date(value);
}
