import { and, eq, inArray, sql } from 'drizzle-orm';
import type { DeliveryState } from '../../domain/deliveries/delivery.ts';
import type { DigestKind, Selection } from '../../domain/digests/digest.ts';
import type { Db } from '../client.ts';
import { deliveries, digests } from '../schema.ts';
import { listPartitions, splitDigests } from './partitions.ts';

interface StoredDelivery {
  state: DeliveryState;
  selection: Selection | null;
  sendAt: Date;
  /** When it is attempted next. */
  nextAt: Date;
  /** What the relay answered last; null when it did not. */
  reply: string | null;
  /** Why it is in this state without an answer. */
  detail: string | null;
}

/** Finds the delivery of a digest to a subscriber. */
export async function findDelivery(
  db: Db,
  digestId: number,
  subscriberId: number,
): Promise<StoredDelivery | null> {
  const { state, selection, sendAt, nextAt, reply, detail } = deliveries;
  const [row] = await db
    .select({ state, selection, sendAt, nextAt, reply, detail })
    .from(deliveries)
    .where(and(eq(deliveries.digestId, digestId), eq(deliveries.subscriberId, subscriberId)));
  return row ?? null;
}

/** What a subscriber may see of a delivery. */
export interface SubscriberDelivery {
  kind: DigestKind;
  date: string;
  state: DeliveryState;
  sendAt: Date;
  updatedAt: Date;
  selection: Selection | null;
}

/** Lists the deliveries of a subscriber, the newest digest first. */
export async function listSubscriberDeliveries(
  db: Db,
  subscriberId: number,
): Promise<SubscriberDelivery[]> {
  const found: SubscriberDelivery[] = [];
  for (const ids of splitDigests(await listPartitions(db))) {
    const part = await db
      .select({
        kind: digests.kind,
        date: digests.date,
        state: deliveries.state,
        sendAt: deliveries.sendAt,
        updatedAt: deliveries.updatedAt,
        selection: deliveries.selection,
      })
      .from(deliveries)
      .innerJoin(digests, eq(deliveries.digestId, digests.id))
      .where(and(inArray(deliveries.digestId, ids), eq(deliveries.subscriberId, subscriberId)));
    found.push(...part);
  }
  return found.sort((a, b) => b.date.localeCompare(a.date));
}

/** What an operator may see of a delivery. */
export interface OperatorDelivery {
  digestId: number;
  subscriberId: number;
  /** Null once the subscriber is erased. */
  email: string | null;
  state: DeliveryState;
  attempts: number;
  nextAt: Date;
  messageId: string | null;
  relay: string | null;
  reply: string | null;
  detail: string | null;
  updatedAt: Date;
}

/** Iterates over the deliveries of a digest in a state, by subscriber id, a page at a time. */
export async function* iterateDeliveriesInState(
  db: Db,
  digestId: number,
  state: DeliveryState,
  pageSize = 1000,
): AsyncGenerator<OperatorDelivery> {
  let after = 0;
  for (;;) {
    const page = await db.execute<Record<keyof OperatorDelivery, unknown>>(sql`
      SELECT digest_id AS "digestId", subscriber_id AS "subscriberId", email, state, attempts,
        next_at AS "nextAt", message_id AS "messageId", relay, reply, detail, delivery.updated_at AS "updatedAt"
      FROM deliveries AS delivery LEFT JOIN subscribers ON subscribers.id = subscriber_id
      WHERE digest_id = ${digestId} AND state = ${state} AND subscriber_id > ${after}
      ORDER BY subscriber_id LIMIT ${pageSize}`);
    for (const row of page.rows) {
      after = Number(row.subscriberId);
      yield {
        ...(row as unknown as OperatorDelivery),
        subscriberId: after,
        nextAt: new Date(String(row.nextAt)),
        updatedAt: new Date(String(row.updatedAt)),
      };
    }
    if (page.rows.length < pageSize) return;
  }
}

/** Erases what deliveries hold about a subscriber: only the states stay. Not in a transaction:
 *  it would lock the partitions of all digests. */
export async function eraseDeliveriesOf(db: Db, subscriberId: number): Promise<void> {
  for (const ids of splitDigests(await listPartitions(db))) {
    await db.execute(sql`
      UPDATE deliveries SET selection = NULL, message_id = NULL, reply = NULL,
        detail = CASE state WHEN 'skipped' THEN detail END
      WHERE digest_id = ANY(${sql.param(ids)}::int[]) AND subscriber_id = ${subscriberId}`);
  }
}
