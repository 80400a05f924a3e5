import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { toJson } from '../../json.ts';
import { getPartition } from '../partitions.ts';
import type { Transitions } from './transition.ts';

export const CLAIM_OUTCOME_TRANSITIONS = {
  claimed: ['pending', 'skipped', 'failed'],
} as const satisfies Transitions;

/** What is decided about a claimed delivery without an attempt to send it. */
export interface ClaimOutcome {
  subscriberId: number;
  state: (typeof CLAIM_OUTCOME_TRANSITIONS)['claimed'][number];
  /** For `pending`: when it is due again. */
  nextAt?: Date;
  detail?: string;
}

/** Records outcomes of claimed deliveries. Deliveries that the lease no longer holds are
 *  unchanged. */
export async function recordClaimOutcomes(
  db: Db,
  { digestId, leaseId, now }: { digestId: number; leaseId: number; now: Date },
  outcomes: readonly ClaimOutcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  await db.execute(sql`
    UPDATE ${getPartition(digestId)} AS delivery SET
      state = outcome.state,
      next_at = coalesce(outcome."nextAt", delivery.next_at),
      detail = outcome.detail,
      lease_id = NULL,
      updated_at = ${now}
    FROM jsonb_to_recordset(${toJson(outcomes)}::jsonb) AS outcome (
      "subscriberId" bigint, state text, "nextAt" timestamptz, detail text)
    WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = outcome."subscriberId"
      AND delivery.lease_id = ${leaseId} AND delivery.state = 'claimed'`);
}
