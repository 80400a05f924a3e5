import { type SQL, sql } from 'drizzle-orm';
import { MAX_BATCH_DELIVERIES } from '../../../domain/deliveries/delivery.ts';
import type { Digest } from '../../../domain/digests/digest.ts';
import {
  FREQUENCIES_BY_KIND,
  findExpiryOfAdded,
  type SendTimes,
} from '../../../domain/digests/send-times.ts';
import type { Subscriber } from '../../../domain/subscribers/subscriber.ts';
import type { Db } from '../../client.ts';
import type { SendGroup } from '../../digests/audience.ts';
import type { DueBatch } from '../batches.ts';
import { attachPartition, createPartition, getPartition } from '../partitions.ts';

/**
 * Freezes the audience of a digest: adds one pending delivery for each active subscriber whose
 * digest is due, in batches that are due and expire at the same time. `computeTimes` is called for
 * `groups`, and for those to which a subscriber has moved since they were listed, until every
 * subscriber is in a known one. Call it in a transaction.
 * @returns how many deliveries were added.
 */
export async function freezeAudience(
  tx: Db,
  { id: digestId, kind }: Pick<Digest, 'id' | 'kind'>,
  { groups, computeTimes, now }: AudienceGroups & { now: Date },
): Promise<number> {
  await createPartition(tx, digestId);
  const frequencies = FREQUENCIES_BY_KIND[kind];
  const known: (SendGroup & SendTimes)[] = [];
  let unknown = groups;
  let added = 0;
  do {
    known.push(...(await computeTimes(unknown)));
    const isFirst = added === 0;
    const result = await addKnown(tx, { digestId, frequencies, known, isFirst, now });
    added += result.added;
    unknown = result.unknown;
  } while (unknown.length > 0);
  await tx.execute(sql`
    INSERT INTO batches (digest_id, batch, send_at, due_at, expires_at, is_immediate, claims, states, counted_at)
    SELECT ${digestId}::int, batch, min(send_at), min(send_at), min(expires_at), false, 0,
      jsonb_build_object('pending', count(*)), ${now}::timestamptz
    FROM ${getPartition(digestId)} GROUP BY batch`);
  await tx.execute(sql`ANALYZE batches`);
  await attachPartition(tx, digestId);
  return added;
}

interface AudienceGroups {
  groups: readonly SendGroup[];
  computeTimes: (groups: readonly SendGroup[]) => Promise<(SendGroup & SendTimes)[]>;
}

/** Adds the active subscribers of the known groups who have no delivery yet. In the same snapshot,
 *  so that nobody is missed, lists the groups of the others. */
async function addKnown(
  tx: Db,
  audience: {
    digestId: number;
    frequencies: readonly string[];
    known: readonly (SendGroup & SendTimes)[];
    isFirst: boolean;
    now: Date;
  },
): Promise<{ added: number; unknown: SendGroup[] }> {
  const { digestId, frequencies, known, isFirst, now } = audience;
  const deliveries = getPartition(digestId);
  const { isNew, firstBatch } = isFirst
    ? { isNew: sql`true`, firstBatch: sql`0` }
    : selectRest(deliveries);
  const result = await tx.execute<{ added: number; unknown: SendGroup[] | null }>(sql`
    WITH recipients AS MATERIALIZED (
      SELECT subscribers.id, "sendAt" AS send_at, "expiresAt" AS expires_at, "isDue" AS is_due,
        CASE WHEN "isDue" IS NULL THEN
          jsonb_build_object('frequency', frequency, 'timezone', timezone, 'hour', hour) END AS unknown
      FROM subscribers
      LEFT JOIN jsonb_to_recordset(${JSON.stringify(known)}::jsonb) AS due (frequency text,
        timezone text, hour smallint, "sendAt" timestamptz, "expiresAt" timestamptz, "isDue" boolean)
        USING (frequency, timezone, hour)
      WHERE subscribers.status = 'active'
        AND frequency = ANY(${sql.param([...frequencies])}::text[]) AND ${isNew}
    ), placed AS MATERIALIZED (
      SELECT id, send_at, expires_at,
        row_number() OVER (PARTITION BY send_at, expires_at ORDER BY id) - 1 AS place
      FROM recipients WHERE is_due
    ), moments AS (
      SELECT send_at, expires_at, max(place) / ${MAX_BATCH_DELIVERIES} + 1 AS batches
      FROM placed GROUP BY send_at, expires_at
    ), firsts AS MATERIALIZED (
      SELECT send_at, expires_at,
        ${firstBatch} + sum(batches) OVER (ORDER BY send_at, expires_at) - batches AS first
      FROM moments
    ), added AS (
      INSERT INTO ${deliveries} (digest_id, subscriber_id, batch, state, send_at, next_at,
        expires_at, attempts, updated_at)
      SELECT ${digestId}::int, id, first + place / ${MAX_BATCH_DELIVERIES}, 'pending',
        send_at, send_at, expires_at, 0, ${now}::timestamptz
      FROM placed JOIN firsts USING (send_at, expires_at)
      ORDER BY send_at, expires_at, id
      RETURNING 1
    )
    SELECT (SELECT count(*)::int FROM added) AS added,
      (SELECT json_agg(unknown) FROM (
        SELECT DISTINCT unknown FROM recipients WHERE unknown IS NOT NULL) AS each) AS unknown`);
  const [row] = result.rows;
  return { added: row?.added ?? 0, unknown: row?.unknown ?? [] };
}

/** Selects the subscribers without a delivery, and the number of their first batch. */
function selectRest(deliveries: SQL): { isNew: SQL; firstBatch: SQL } {
  return {
    isNew: sql`NOT EXISTS (SELECT FROM ${deliveries} AS own WHERE own.subscriber_id = subscribers.id)`,
    firstBatch: sql`(SELECT coalesce(max(batch) + 1, 0) FROM ${deliveries})`,
  };
}

/** What adding a subscriber to an audience needs. */
export type AddedSubscriber = Pick<Subscriber, 'id' | 'frequency' | 'hour' | 'timezone'>;

/**
 * Adds one subscriber to the audience of a composed digest: a pending delivery in a batch of its
 * own, due at `now`, that expires when the subscriber's next digest is due. Call it in a
 * transaction.
 * @returns the batch; null when the subscriber has a delivery already, when the digest was
 * cancelled, and when its deliveries were pruned.
 */
export async function addToAudience(
  tx: Db,
  digest: Pick<Digest, 'id' | 'kind' | 'composedAt'>,
  subscriber: AddedSubscriber,
  now: Date,
): Promise<DueBatch | null> {
  const digestId = digest.id;
  const expiresAt = findExpiryOfAdded(digest, subscriber, now);
  const open = await tx.execute(sql`
    SELECT FROM digests
    WHERE id = ${digestId} AND cancelled_at IS NULL AND final_states IS NULL FOR UPDATE`);
  if (open.rowCount === 0) return null;
  const last = await tx.execute<{ batch: number | null }>(sql`
    SELECT max(batch) AS batch FROM batches WHERE digest_id = ${digestId}`);
  const batch = (last.rows[0]?.batch ?? -1) + 1;
  const added = await tx.execute(sql`
    INSERT INTO ${getPartition(digestId)}
      (digest_id, subscriber_id, batch, state, send_at, next_at, expires_at, attempts, updated_at)
    VALUES (${digestId}, ${subscriber.id}, ${batch}, 'pending', ${now}, ${now}, ${expiresAt}, 0, ${now})
    ON CONFLICT DO NOTHING`);
  if (added.rowCount === 0) return null;
  await tx.execute(sql`
    INSERT INTO batches (digest_id, batch, send_at, due_at, expires_at, is_immediate, claims, states, counted_at)
    VALUES (${digestId}, ${batch}, ${now}, ${now}, ${expiresAt}, false, 0, '{"pending": 1}', ${now})`);
  await tx.execute(sql`UPDATE digests SET audience = audience + 1 WHERE id = ${digestId}`);
  return { digestId, batch, claims: 0 };
}
