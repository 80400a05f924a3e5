import { and, desc, eq, sql } from 'drizzle-orm';
import { DELIVERY_STATES, type DeliveryState, mayFollow } from '../domain/delivery.ts';
import type { DigestKind, Selection } from '../domain/digest.ts';
import type { Frequency } from '../domain/subscriber.ts';
import type { Db } from './client.ts';
import { toJson } from './json.ts';
import { deliveries, digests } from './schema.ts';

/** Readers who share frequency, zone and hour, and so the moment of their mail. */
export interface SendGroup {
  frequency: Frequency;
  timezone: string;
  hour: number;
}

/** A delivery in a worker's hands. Selection, id and date are there from the second try on. */
export interface ClaimedDelivery {
  subscriberId: number;
  attempts: number;
  sendAt: Date;
  selection: Selection | null;
  messageId: string | null;
  messageDate: Date | null;
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

/** Freezes the audience: one pending delivery per active reader of the groups. Returns how many. */
export async function freezeAudience(
  db: Db,
  digestId: number,
  groups: readonly (SendGroup & { sendAt: Date })[],
  now: Date,
): Promise<number> {
  const result = await db.execute(sql`
    INSERT INTO deliveries (digest_id, subscriber_id, state, send_at, next_at, attempts, updated_at)
    SELECT ${digestId}::int, subscribers.id, 'pending', send_at, send_at, 0, ${now}::timestamptz
    FROM subscribers
    JOIN jsonb_to_recordset(${JSON.stringify(groups)}::jsonb)
      AS due (frequency text, timezone text, hour smallint, "sendAt" timestamptz)
      USING (frequency, timezone, hour)
    CROSS JOIN LATERAL (SELECT "sendAt" AS send_at) AS moment
    WHERE subscribers.status = 'active'`);
  return result.rowCount ?? 0;
}

/** How many deliveries of each digest are due. */
export async function countDue(db: Db, now: Date): Promise<{ digestId: number; due: number }[]> {
  const result = await db.execute<{ digestId: number; due: number }>(sql`
    SELECT digest_id AS "digestId", count(*)::int AS due FROM deliveries
    WHERE state IN ('pending', 'deferred') AND next_at <= ${now}
    GROUP BY digest_id ORDER BY digest_id`);
  return result.rows;
}

/**
 * Takes up to `limit` due deliveries of a digest for the lease. Two workers never get the same one,
 * and a lease that has ended gets none.
 */
export async function claimDue(
  db: Db,
  {
    digestId,
    leaseId,
    limit,
    now,
  }: { digestId: number; leaseId: number; limit: number; now: Date },
): Promise<ClaimedDelivery[]> {
  const result = await db.execute<{
    subscriberId: string;
    attempts: number;
    sendAt: string;
    selection: Selection | null;
    messageId: string | null;
    messageDate: string | null;
  }>(sql`
    WITH fence AS MATERIALIZED (
      SELECT id FROM leases WHERE id = ${leaseId} FOR SHARE
    ), due AS MATERIALIZED (
      SELECT digest_id, subscriber_id FROM deliveries
      WHERE digest_id = ${digestId} AND state IN ('pending', 'deferred') AND next_at <= ${now}
      ORDER BY next_at
      LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries AS delivery
    SET state = 'claimed', lease_id = fence.id, updated_at = ${now}
    FROM due, fence
    WHERE delivery.digest_id = due.digest_id AND delivery.subscriber_id = due.subscriber_id
    RETURNING delivery.subscriber_id AS "subscriberId", attempts, send_at AS "sendAt", selection,
              message_id AS "messageId", message_date AS "messageDate"`);
  return result.rows.map((row) => ({
    ...row,
    subscriberId: Number(row.subscriberId),
    sendAt: new Date(row.sendAt),
    messageDate: row.messageDate === null ? null : new Date(row.messageDate),
  }));
}

/** What a write says of one delivery. */
export interface DeliveryChange {
  subscriberId: number;
  state: DeliveryState;
  nextAt?: Date;
  selection?: Selection;
  messageId?: string;
  messageDate?: Date;
  relay?: string;
  reply?: string;
  detail?: string;
}

/**
 * Moves deliveries of a lease from `from` to the states given; `sending` counts as a try. Rows that
 * the lease no longer holds stay as they are, and of a reader who was erased only the state is kept.
 * Returns the subscribers whose rows were changed.
 * @throws RangeError for a state that may not follow.
 */
export async function changeDeliveries(
  db: Db,
  {
    digestId,
    leaseId,
    from,
    now,
  }: { digestId: number; leaseId: number; from: DeliveryState; now: Date },
  changes: readonly DeliveryChange[],
): Promise<Set<number>> {
  if (changes.length === 0) return new Set();
  for (const { state } of changes) {
    if (state !== from && !mayFollow(from, state)) {
      throw new RangeError(`A delivery may not go from ${from} to ${state}.`);
    }
  }
  const result = await db.execute<{ id: string }>(sql`
    UPDATE deliveries AS delivery SET
      state = change.state,
      attempts = delivery.attempts + CASE change.state WHEN 'sending' THEN 1 ELSE 0 END,
      next_at = coalesce(change."nextAt", delivery.next_at),
      selection = CASE WHEN known.id IS NOT NULL THEN coalesce(change.selection, delivery.selection) END,
      message_id = CASE WHEN known.id IS NOT NULL THEN coalesce(change."messageId", delivery.message_id) END,
      message_date = coalesce(change."messageDate", delivery.message_date),
      relay = coalesce(change.relay, delivery.relay),
      reply = CASE WHEN known.id IS NOT NULL THEN coalesce(change.reply, delivery.reply) END,
      detail = CASE WHEN known.id IS NOT NULL OR change.state = 'skipped' THEN change.detail END,
      lease_id = CASE WHEN change.state IN ('claimed', 'sending') THEN delivery.lease_id END,
      updated_at = ${now}
    FROM jsonb_to_recordset(${toJson(changes)}::jsonb) AS change (
      "subscriberId" bigint, state text, "nextAt" timestamptz, selection jsonb, "messageId" text,
      "messageDate" timestamptz, relay text, reply text, detail text)
    LEFT JOIN subscribers AS known ON known.id = change."subscriberId"
    WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = change."subscriberId"
      AND delivery.lease_id = ${leaseId} AND delivery.state = ${from}
    RETURNING delivery.subscriber_id AS id`);
  return new Set(result.rows.map(({ id }) => Number(id)));
}

/** Makes what waits for its reader's hour due at once. Returns how many. */
export async function makeDue(db: Db, digestId: number, now: Date): Promise<number> {
  const result = await db.execute(sql`
    UPDATE deliveries SET next_at = ${now}
    WHERE digest_id = ${digestId} AND state = 'pending' AND next_at > ${now}`);
  return result.rowCount ?? 0;
}

/** Ends the retries of deferred deliveries whose next digest is due. Returns how many. */
export async function expireDeferred(
  db: Db,
  { kind, sendBefore, now }: { kind: DigestKind; sendBefore: Date; now: Date },
): Promise<number> {
  const result = await db.execute(sql`
    UPDATE deliveries SET state = 'expired', updated_at = ${now}
    FROM digests
    WHERE digests.id = deliveries.digest_id AND digests.kind = ${kind}
      AND deliveries.state = 'deferred' AND deliveries.send_at <= ${sendBefore}`);
  return result.rowCount ?? 0;
}

/** How many deliveries of a digest are in each of the nine states. */
export async function countStates(
  db: Db,
  digestId: number,
): Promise<Record<DeliveryState, number>> {
  const result = await db.execute<{ state: DeliveryState; count: number }>(
    sql`SELECT state, count(*)::int AS count FROM deliveries WHERE digest_id = ${digestId} GROUP BY state`,
  );
  const found = new Map(result.rows.map(({ state, count }) => [state, count]));
  return Object.fromEntries(
    DELIVERY_STATES.map((state) => [state, found.get(state) ?? 0]),
  ) as Record<DeliveryState, number>;
}

/** What is due, in a worker's hands, or waits for a later hour. */
export async function countProgress(
  db: Db,
  digestId: number,
  now: Date,
): Promise<{ due: number; inHand: number; later: number }> {
  const result = await db.execute<{ due: number; inHand: number; later: number }>(sql`
    SELECT count(*) FILTER (WHERE state IN ('pending', 'deferred') AND next_at <= ${now})::int AS due,
           count(*) FILTER (WHERE state IN ('claimed', 'sending'))::int AS "inHand",
           count(*) FILTER (WHERE state IN ('pending', 'deferred') AND next_at > ${now})::int AS later
    FROM deliveries WHERE digest_id = ${digestId}`);
  return result.rows[0] ?? { due: 0, inHand: 0, later: 0 };
}

/** One delivery, or null. */
export async function findDelivery(
  db: Db,
  digestId: number,
  subscriberId: number,
): Promise<{ state: DeliveryState; selection: Selection | null; sendAt: Date } | null> {
  const [row] = await db
    .select({ state: deliveries.state, selection: deliveries.selection, sendAt: deliveries.sendAt })
    .from(deliveries)
    .where(and(eq(deliveries.digestId, digestId), eq(deliveries.subscriberId, subscriberId)));
  return row ?? null;
}

/** How many mails left the relay in the last minute before `now`, per second. */
export async function sentPerSecond(db: Db, digestId: number, now: Date): Promise<number> {
  const since = new Date(now.getTime() - 60_000);
  const result = await db.execute<{ count: number; seconds: number | null }>(sql`
    SELECT count(*)::int AS count, extract(epoch FROM ${now}::timestamptz - min(updated_at))::float8 AS seconds
    FROM deliveries WHERE digest_id = ${digestId} AND state = 'sent' AND updated_at > ${since}`);
  const { count = 0, seconds = null } = result.rows[0] ?? {};
  return seconds === null ? 0 : count / Math.max(seconds, 1);
}

/**
 * For each reader, the ids of this digest's papers that another mail brought, or is about to bring:
 * the other kind's digests share papers with this one, and a reader may have changed the frequency.
 */
export async function listSeenPapers(
  db: Db,
  digestId: number,
  subscriberIds: readonly number[],
): Promise<Map<number, Set<string>>> {
  const result = await db.execute<{ subscriberId: string; paperId: string }>(sql`
    WITH shared AS MATERIALIZED (
      SELECT other.digest_id, other.rank, other.paper_id
      FROM digest_papers AS mine JOIN digest_papers AS other USING (paper_id)
      WHERE mine.digest_id = ${digestId} AND other.digest_id <> ${digestId}
    )
    SELECT delivery.subscriber_id AS "subscriberId", shared.paper_id AS "paperId"
    FROM deliveries AS delivery
    CROSS JOIN LATERAL jsonb_to_recordset(delivery.selection) AS chosen (rank int)
    JOIN shared ON shared.digest_id = delivery.digest_id AND shared.rank = chosen.rank
    WHERE delivery.digest_id IN (SELECT digest_id FROM shared)
      AND delivery.subscriber_id = ANY(${sql.param([...subscriberIds])}::bigint[])
      AND delivery.state NOT IN ('failed', 'skipped', 'expired')`);
  const seen = new Map<number, Set<string>>();
  for (const row of result.rows) {
    const id = Number(row.subscriberId);
    const papers = seen.get(id) ?? new Set();
    seen.set(id, papers.add(row.paperId));
  }
  return seen;
}

/** What a reader may know of one delivery. */
export interface ReaderDelivery {
  kind: DigestKind;
  date: string;
  state: DeliveryState;
  sendAt: Date;
  updatedAt: Date;
  selection: Selection | null;
}

/** A reader's own deliveries, the newest digest first. */
export async function listDeliveriesOf(db: Db, subscriberId: number): Promise<ReaderDelivery[]> {
  return db
    .select({
      kind: digests.kind,
      date: digests.date,
      state: deliveries.state,
      sendAt: deliveries.sendAt,
      updatedAt: deliveries.updatedAt,
      selection: deliveries.selection,
    })
    .from(digests)
    .innerJoin(
      deliveries,
      and(eq(deliveries.digestId, digests.id), eq(deliveries.subscriberId, subscriberId)),
    )
    .orderBy(desc(digests.date));
}
