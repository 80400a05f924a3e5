import { sql } from 'drizzle-orm';
import { BATCH_SIZE } from '../domain/delivery.ts';
import type { DigestKind } from '../domain/digest.ts';
import type { Frequency } from '../domain/subscriber.ts';
import type { Db } from './client.ts';
import { attachPartition, deliveriesOf, makePartition } from './partitions.ts';

/** Readers who share frequency, zone and hour, and so the moment of their mail. */
export interface SendGroup {
  frequency: Frequency;
  timezone: string;
  hour: number;
}

/** The groups that active readers of a kind fall into. */
export async function listSendGroups(db: Db, kind: DigestKind): Promise<SendGroup[]> {
  const frequencies = kind === 'weekly' ? ['weekly'] : ['daily', 'weekdays'];
  const result = await db.execute<{ frequency: Frequency; timezone: string; hour: number }>(sql`
    SELECT frequency, timezone, hour FROM subscribers
    WHERE status = 'active' AND frequency = ANY(${sql.param(frequencies)}::text[])
    GROUP BY frequency, timezone, hour`);
  return result.rows;
}

/** Freezes the audience: one pending delivery per active reader of the groups, in batches of the same
 *  moment. Returns how many. Call it in a transaction. */
export async function freezeAudience(
  db: Db,
  digestId: number,
  groups: readonly (SendGroup & { sendAt: Date })[],
  now: Date,
): Promise<number> {
  const deliveries = deliveriesOf(digestId);
  await makePartition(db, digestId);
  const result = await db.execute(sql`
    WITH readers AS MATERIALIZED (
      SELECT subscribers.id, "sendAt" AS send_at,
        row_number() OVER (PARTITION BY "sendAt" ORDER BY subscribers.id) - 1 AS place
      FROM subscribers
      JOIN jsonb_to_recordset(${JSON.stringify(groups)}::jsonb)
        AS due (frequency text, timezone text, hour smallint, "sendAt" timestamptz)
        USING (frequency, timezone, hour)
      WHERE subscribers.status = 'active'
    ), moments AS (
      SELECT send_at, max(place) / ${BATCH_SIZE} + 1 AS batches FROM readers GROUP BY send_at
    ), firsts AS MATERIALIZED (
      SELECT send_at, sum(batches) OVER (ORDER BY send_at) - batches AS first FROM moments
    )
    INSERT INTO ${deliveries}
      (digest_id, subscriber_id, batch, state, send_at, next_at, attempts, updated_at)
    SELECT ${digestId}::int, id, first + place / ${BATCH_SIZE}, 'pending', send_at, send_at, 0, ${now}::timestamptz
    FROM readers JOIN firsts USING (send_at)
    ORDER BY send_at, id`);
  await db.execute(sql`
    INSERT INTO batches (digest_id, batch, send_at, due_at, is_rushed, claims, states, counted_at)
    SELECT ${digestId}::int, batch, min(send_at), min(send_at), false, 0,
      jsonb_build_object('pending', count(*)), ${now}::timestamptz
    FROM ${deliveries} GROUP BY batch`);
  await attachPartition(db, digestId);
  return result.rowCount ?? 0;
}
