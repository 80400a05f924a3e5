import { sql } from 'drizzle-orm';
import type { Selection } from '../../../domain/digests/digest.ts';
import type { Db } from '../../client.ts';
import type { BatchKey } from '../batches.ts';
import { LIVE_LEASE } from '../leases.ts';
import { unpackSelection } from '../packed-selection.ts';
import { getPartition, interleaveAcrossPages } from '../partitions.ts';
import type { Transitions } from './transition.ts';

/** Nothing is claimed twice, except by the same lease: the answer to its first claim may be
 *  lost. */
export const CLAIM_TRANSITIONS = {
  pending: ['claimed'],
  deferred: ['claimed'],
} as const satisfies Transitions;

/** A delivery that a worker has claimed. */
export interface ClaimedDelivery {
  subscriberId: number;
  attempts: number;
  /** The subscriber's hour. */
  sendAt: Date;
  expiresAt: Date;
  /** Null before the first attempt, as are the Message-ID and its date; also null when it cannot be
   *  read, so that papers are selected again. */
  selection: Selection | null;
  messageId: string | null;
  messageDate: Date | null;
}

/**
 * Claims a batch and its due deliveries for the lease. Returns none when nothing is due, when
 * another lease holds the batch, when the digest is paused or cancelled, and when the lease has
 * expired. Two workers never get the same delivery, and nobody gets one that has expired.
 * Deliveries of an immediate batch stay due,
 * whatever becomes of the claim.
 */
export async function claimBatch(
  db: Db,
  { digestId, batch, leaseId, now }: BatchKey & { leaseId: number; now: Date },
): Promise<ClaimedDelivery[]> {
  const deliveries = getPartition(digestId);
  const result = await db.execute<{
    subscriberId: string;
    attempts: number;
    sendAt: string;
    expiresAt: string;
    selection: string | null;
    messageId: string | null;
    messageDate: string | null;
  }>(sql`
    WITH lease AS MATERIALIZED (
      SELECT id FROM leases WHERE id = ${leaseId} AND ${sql.raw(LIVE_LEASE)} FOR KEY SHARE
    ), claimable AS MATERIALIZED (
      SELECT batch, is_immediate FROM batches
      WHERE digest_id = ${digestId} AND batch = ${batch} AND due_at <= ${now}
        AND (lease_id IS NULL OR lease_id = ${leaseId})
        AND EXISTS (
          SELECT FROM digests WHERE id = ${digestId} AND paused_at IS NULL AND cancelled_at IS NULL)
      FOR UPDATE SKIP LOCKED
    ), claimed_batch AS (
      UPDATE batches SET lease_id = lease.id, claims = claims + 1, is_immediate = false, states = NULL,
        claimed_at = CASE WHEN lease_id IS NULL THEN ${now} ELSE claimed_at END
      FROM lease, claimable
      WHERE batches.digest_id = ${digestId} AND batches.batch = claimable.batch
      RETURNING claimable.is_immediate
    ), due AS MATERIALIZED (
      SELECT subscriber_id FROM ${deliveries} AS delivery, claimed_batch
      WHERE delivery.batch = ${batch} AND (
        state IN ('pending', 'deferred') AND delivery.expires_at > ${now}
          AND (next_at <= ${now} OR state = 'pending' AND claimed_batch.is_immediate)
        OR state = 'claimed' AND lease_id = ${leaseId}
      )
      FOR UPDATE OF delivery SKIP LOCKED
    )
    UPDATE ${deliveries} AS delivery SET
      state = 'claimed', lease_id = ${leaseId}, next_at = least(next_at, ${now}), updated_at = ${now}
    FROM due WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = due.subscriber_id
    RETURNING delivery.subscriber_id AS "subscriberId", attempts, send_at AS "sendAt",
              expires_at AS "expiresAt", selection, message_id AS "messageId", message_date AS "messageDate"`);
  return interleaveAcrossPages(result.rows).map((row) => ({
    subscriberId: Number(row.subscriberId),
    attempts: row.attempts,
    sendAt: new Date(row.sendAt),
    expiresAt: new Date(row.expiresAt),
    selection: readSelection(row.selection),
    messageId: row.messageId,
    messageDate: row.messageDate === null ? null : new Date(row.messageDate),
  }));
}

/** One damaged selection must not hold back the other deliveries of its batch. */
function readSelection(packed: string | null): Selection | null {
  try {
    return packed === null ? null : unpackSelection(packed);
  } catch {
    return null;
  }
}
