import { and, desc, eq, sql } from 'drizzle-orm';
import type { DeliveryState } from '../../domain/deliveries/delivery.ts';
import type { DigestKind, Selection } from '../../domain/digests/digest.ts';
import type { Db } from '../client.ts';
import { deliveries, digests } from '../schema.ts';
import { unpackSelection } from './packed-selection.ts';

/** Finds the delivery of a digest to a subscriber. */
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

/**
 * For each subscriber, the ids of this digest's papers that another digest sent or is going to send
 * them: daily and weekly digests share papers, and a subscriber may have changed the frequency.
 */
export async function listPapersInOtherDigests(
  db: Db,
  digestId: number,
  subscriberIds: readonly number[],
): Promise<Map<number, Set<string>>> {
  const shared = await listSharedPapers(db, digestId);
  const paperIdsBySubscriber = new Map<number, Set<string>>();
  for (const [otherId, papers] of shared) {
    const result = await db.execute<{ subscriberId: string; selection: string }>(sql`
      SELECT subscriber_id AS "subscriberId", selection FROM deliveries
      WHERE digest_id = ${otherId} AND subscriber_id = ANY(${sql.param([...subscriberIds])}::bigint[])
        AND selection IS NOT NULL AND state NOT IN ('failed', 'skipped', 'expired')`);
    for (const { subscriberId, selection } of result.rows) {
      const paperIds = paperIdsBySubscriber.get(Number(subscriberId)) ?? new Set();
      for (const { rank } of unpackSelection(selection)) {
        const paper = papers.get(rank);
        if (paper !== undefined) paperIds.add(paper);
      }
      paperIdsBySubscriber.set(Number(subscriberId), paperIds);
    }
  }
  return paperIdsBySubscriber;
}

/** The papers that this digest shares with others: for each of those digests, by rank in it. */
async function listSharedPapers(
  db: Db,
  digestId: number,
): Promise<Map<number, Map<number, string>>> {
  const result = await db.execute<{ otherId: number; rank: number; paperId: string }>(sql`
    SELECT other.digest_id AS "otherId", other.rank::int AS rank, other.paper_id AS "paperId"
    FROM digest_papers AS mine JOIN digest_papers AS other USING (paper_id)
    WHERE mine.digest_id = ${digestId} AND other.digest_id <> ${digestId}`);
  const shared = new Map<number, Map<number, string>>();
  for (const { otherId, rank, paperId } of result.rows) {
    const papers = shared.get(otherId) ?? new Map();
    shared.set(otherId, papers.set(rank, paperId));
  }
  return shared;
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

/** Erases what deliveries hold about a subscriber: only their states are kept. */
export async function eraseDeliveriesOf(tx: Db, subscriberId: number): Promise<void> {
  await tx.execute(sql`
    UPDATE deliveries SET selection = NULL, message_id = NULL, reply = NULL,
      detail = CASE state WHEN 'skipped' THEN detail END
    FROM digests
    WHERE deliveries.digest_id = digests.id AND deliveries.subscriber_id = ${subscriberId}`);
}
