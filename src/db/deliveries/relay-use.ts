import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { getPartition } from './partitions.ts';

/** Batches that are read at most: those that are being sent now are few. */
const MAX_BATCHES = 500;

/** Whether the relay has accepted a mail of any worker after `since`, among the batches that are
 *  being sent. */
export async function isRelayInUse(db: Db, relay: string, since: Date): Promise<boolean> {
  const { rows } = await db.execute<{ digestId: number; batches: number[] }>(sql`
    SELECT digest_id AS "digestId", array_agg(batch) AS batches FROM (
      SELECT digest_id, batch FROM batches WHERE lease_id IS NOT NULL
      ORDER BY claimed_at DESC LIMIT ${MAX_BATCHES}
    ) AS active GROUP BY digest_id`);
  for (const { digestId, batches } of rows) {
    const numbers = sql.join(
      batches.map((batch) => sql`${batch}`),
      sql`, `,
    );
    const used = await db.execute(sql`
      SELECT FROM ${getPartition(digestId)}
      WHERE batch IN (${numbers}) AND state = 'sent' AND relay = ${relay} AND updated_at > ${since}
      LIMIT 1`);
    if (used.rows.length > 0) return true;
  }
  return false;
}
