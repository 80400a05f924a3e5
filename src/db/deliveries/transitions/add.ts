import { sql } from 'drizzle-orm';
import { MAX_BATCH_DELIVERIES } from '../../../domain/deliveries/delivery.ts';
import type { Db } from '../../client.ts';
import type { SendGroup } from '../../digests/audience.ts';
import type { DueBatch } from '../batches.ts';
import { attachPartition, createPartition, getPartition } from '../partitions.ts';

/** Freezes the audience of a digest: adds one pending delivery for each active subscriber of the
 *  groups, in batches that are due at the same time. Call it in a transaction.
 *  @returns how many deliveries were added. */
export async function freezeAudience(
  db: Db,
  digestId: number,
  groups: readonly (SendGroup & { sendAt: Date })[],
  now: Date,
): Promise<number> {
  const deliveries = getPartition(digestId);
  await createPartition(db, digestId);
  const result = await db.execute(sql`
    WITH recipients AS MATERIALIZED (
      SELECT subscribers.id, "sendAt" AS send_at,
        row_number() OVER (PARTITION BY "sendAt" ORDER BY subscribers.id) - 1 AS place
      FROM subscribers
      JOIN jsonb_to_recordset(${JSON.stringify(groups)}::jsonb)
        AS due (frequency text, timezone text, hour smallint, "sendAt" timestamptz)
        USING (frequency, timezone, hour)
      WHERE subscribers.status = 'active'
    ), moments AS (
      SELECT send_at, max(place) / ${MAX_BATCH_DELIVERIES} + 1 AS batches
      FROM recipients GROUP BY send_at
    ), firsts AS MATERIALIZED (
      SELECT send_at, sum(batches) OVER (ORDER BY send_at) - batches AS first FROM moments
    )
    INSERT INTO ${deliveries}
      (digest_id, subscriber_id, batch, state, send_at, next_at, attempts, updated_at)
    SELECT ${digestId}::int, id, first + place / ${MAX_BATCH_DELIVERIES}, 'pending',
      send_at, send_at, 0, ${now}::timestamptz
    FROM recipients JOIN firsts USING (send_at)
    ORDER BY send_at, id`);
  await db.execute(sql`
    INSERT INTO batches (digest_id, batch, send_at, due_at, is_immediate, claims, states, counted_at)
    SELECT ${digestId}::int, batch, min(send_at), min(send_at), false, 0,
      jsonb_build_object('pending', count(*)), ${now}::timestamptz
    FROM ${deliveries} GROUP BY batch`);
  await db.execute(sql`ANALYZE batches`);
  await attachPartition(db, digestId);
  return result.rowCount ?? 0;
}

/**
 * Adds one subscriber to the audience of a composed digest: a pending delivery in a batch of its
 * own, due at `now`. Call it in a transaction.
 * @returns the batch; null when the subscriber has a delivery already, when the digest was
 * cancelled, and when its deliveries were pruned.
 */
export async function addToAudience(
  tx: Db,
  digestId: number,
  subscriberId: number,
  now: Date,
): Promise<DueBatch | null> {
  const open = await tx.execute(sql`
    SELECT FROM digests
    WHERE id = ${digestId} AND cancelled_at IS NULL AND final_states IS NULL FOR UPDATE`);
  if (open.rowCount === 0) return null;
  const last = await tx.execute<{ batch: number | null }>(sql`
    SELECT max(batch) AS batch FROM batches WHERE digest_id = ${digestId}`);
  const batch = (last.rows[0]?.batch ?? -1) + 1;
  const added = await tx.execute(sql`
    INSERT INTO ${getPartition(digestId)}
      (digest_id, subscriber_id, batch, state, send_at, next_at, attempts, updated_at)
    VALUES (${digestId}, ${subscriberId}, ${batch}, 'pending', ${now}, ${now}, 0, ${now})
    ON CONFLICT DO NOTHING`);
  if (added.rowCount === 0) return null;
  await tx.execute(sql`
    INSERT INTO batches (digest_id, batch, send_at, due_at, is_immediate, claims, states, counted_at)
    VALUES (${digestId}, ${batch}, ${now}, ${now}, false, 0, '{"pending": 1}', ${now})`);
  await tx.execute(sql`UPDATE digests SET audience = audience + 1 WHERE id = ${digestId}`);
  return { digestId, batch, claims: 0 };
}
