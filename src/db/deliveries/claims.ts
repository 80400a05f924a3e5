import { sql } from 'drizzle-orm';
import { canTransition, type DeliveryState } from '../../domain/deliveries/delivery.ts';
import type { Selection } from '../../domain/digests/digest.ts';
import type { Db } from '../client.ts';
import { toJson } from '../json.ts';
import {
  type BatchKey,
  DIGEST_CANCELLED_DETAIL,
  type DueBatch,
  releaseBatches,
} from './batches.ts';
import { unpackSelection } from './packed-selection.ts';
import { getPartition, interleaveAcrossPages } from './partitions.ts';

/** A delivery in a worker's hands. Selection, id and date are there from the second try on. */
export interface ClaimedDelivery {
  subscriberId: number;
  attempts: number;
  sendAt: Date;
  selection: Selection | null;
  messageId: string | null;
  messageDate: Date | null;
}

/**
 * Takes a batch and what is due in it for the lease: nothing when nothing is due any more, somebody
 * else has it, its digest is paused, or the lease has ended. Two workers never get the same delivery. The
 * same lease may claim again what it got before, should the answer have been lost. What was rushed is due
 * from now on, whatever becomes of the claim.
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
    selection: string | null;
    messageId: string | null;
    messageDate: string | null;
  }>(sql`
    WITH lease AS MATERIALIZED (
      SELECT id FROM leases WHERE id = ${leaseId} AND expires_at > clock_timestamp() FOR KEY SHARE
    ), free AS MATERIALIZED (
      SELECT batch, is_immediate FROM batches
      WHERE digest_id = ${digestId} AND batch = ${batch} AND due_at <= ${now}
        AND (lease_id IS NULL OR lease_id = ${leaseId})
        AND EXISTS (SELECT FROM digests WHERE id = ${digestId} AND paused_at IS NULL AND cancelled_at IS NULL)
      FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE batches SET lease_id = lease.id, claims = claims + 1, is_immediate = false, states = NULL,
        claimed_at = CASE WHEN lease_id IS NULL THEN ${now} ELSE claimed_at END
      FROM lease, free
      WHERE batches.digest_id = ${digestId} AND batches.batch = free.batch
      RETURNING free.is_immediate
    ), due AS MATERIALIZED (
      SELECT subscriber_id FROM ${deliveries} AS delivery, taken
      WHERE delivery.batch = ${batch} AND (
        state = 'pending' AND (taken.is_immediate OR next_at <= ${now})
        OR state = 'deferred' AND next_at <= ${now}
        OR state = 'claimed' AND lease_id = ${leaseId}
      )
      FOR UPDATE OF delivery SKIP LOCKED
    )
    UPDATE ${deliveries} AS delivery SET
      state = 'claimed', lease_id = ${leaseId}, next_at = least(next_at, ${now}), updated_at = ${now}
    FROM due WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = due.subscriber_id
    RETURNING delivery.subscriber_id AS "subscriberId", attempts, send_at AS "sendAt", selection,
              message_id AS "messageId", message_date AS "messageDate"`);
  return interleaveAcrossPages(result.rows).map((row) => ({
    subscriberId: Number(row.subscriberId),
    attempts: row.attempts,
    sendAt: new Date(row.sendAt),
    selection: row.selection === null ? null : unpackSelection(row.selection),
    messageId: row.messageId,
    messageDate: row.messageDate === null ? null : new Date(row.messageDate),
  }));
}

/** What is decided of a claimed delivery without a try to send it. */
export interface ClaimOutcome {
  subscriberId: number;
  state: Extract<DeliveryState, 'pending' | 'skipped' | 'failed'>;
  /** For `pending`: when to look at it again. */
  nextAt?: Date;
  detail?: string;
}

/** Records what was decided of claimed deliveries. Rows that the lease no longer holds stay as they
 *  are. @throws RangeError for a state that may not follow `claimed`. */
export async function recordClaimOutcomes(
  db: Db,
  { digestId, leaseId, now }: { digestId: number; leaseId: number; now: Date },
  outcomes: readonly ClaimOutcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  for (const { state } of outcomes) {
    if (!canTransition('claimed', state))
      throw new RangeError(`A delivery may not go from claimed to ${state}.`);
  }
  await db.execute(sql`
    UPDATE ${getPartition(digestId)} AS delivery SET
      state = verdict.state,
      next_at = coalesce(verdict."nextAt", delivery.next_at),
      detail = verdict.detail,
      lease_id = NULL,
      updated_at = ${now}
    FROM jsonb_to_recordset(${toJson(outcomes)}::jsonb) AS verdict (
      "subscriberId" bigint, state text, "nextAt" timestamptz, detail text)
    WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = verdict."subscriberId"
      AND delivery.lease_id = ${leaseId} AND delivery.state = 'claimed'`);
}

/**
 * Gives a batch back: what is still claimed is pending again, or skipped when the digest was cancelled
 * meanwhile, and the batch is due when the first of its deliveries is. While results of it are still
 * to be recorded it stays with the lease. Returns the batch when something is left in it for later.
 */
export async function releaseBatch(
  db: Db,
  { digestId, batch, leaseId, now }: BatchKey & { leaseId: number; now: Date },
): Promise<(DueBatch & { dueAt: Date }) | null> {
  return db.transaction(async (tx) => {
    const lockedBatches = await tx.execute<{ isCancelled: boolean }>(sql`
      SELECT cancelled_at IS NOT NULL AS "isCancelled"
      FROM batches JOIN digests ON digests.id = digest_id
      WHERE digest_id = ${digestId} AND batch = ${batch} AND lease_id = ${leaseId}
      FOR UPDATE OF batches`);
    const [row] = lockedBatches.rows;
    if (!row) return null;
    const deliveries = getPartition(digestId);
    await tx.execute(sql`
      UPDATE ${deliveries} SET
        state = ${row.isCancelled ? 'skipped' : 'pending'},
        detail = ${row.isCancelled ? DIGEST_CANCELLED_DETAIL : null},
        lease_id = NULL, updated_at = ${now}
      WHERE batch = ${batch} AND state = 'claimed' AND lease_id = ${leaseId}`);
    const sending = await tx.execute(sql`
      SELECT FROM ${deliveries} WHERE batch = ${batch} AND state = 'sending' LIMIT 1`);
    if (sending.rows.length > 0) return null;
    const [remainingBatch] = await releaseBatches(tx, digestId, [batch], now);
    return remainingBatch ?? null;
  });
}
