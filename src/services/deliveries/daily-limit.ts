import { DELIVERY_DETAILS } from '../../copy/en/deliveries.ts';
import type { Db } from '../../db/client.ts';
import type { BatchKey } from '../../db/deliveries/batches.ts';
import { countRecentMessages, lockDailyLimit } from '../../db/deliveries/recent-messages.ts';
import {
  type ClaimOutcome,
  recordClaimOutcomes,
} from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/time/units.ts';
import type { ReadyMail } from './attempt.ts';

/**
 * Applies the limit of `dailyLimit` messages in 24 hours, over all workers and runs, to the mails
 * of a claimed batch. What other batches have claimed counts as if it were sent. Mails above the
 * limit are recorded as pending until the limit may let them through.
 *
 * @returns the mails that may be sent now.
 */
export async function applyDailyLimit(
  { db, dailyLimit }: { db: Db; dailyLimit: number | null },
  { now, ...batch }: BatchKey & { leaseId: number; now: Date },
  mails: readonly ReadyMail[],
): Promise<readonly ReadyMail[]> {
  if (dailyLimit === null || mails.length === 0) return mails;
  return db.transaction(async (tx) => {
    await lockDailyLimit(tx);
    const { messages, claimed, since } = await countRecentMessages(tx, { now, besides: batch });
    const left = Math.max(0, dailyLimit - messages - claimed);
    const nextAt = findRetryTime({ isSpent: messages >= dailyLimit, since, now });
    const postponed = mails.slice(left).map(({ subscriberId }): ClaimOutcome => {
      return { subscriberId, state: 'pending', nextAt, detail: DELIVERY_DETAILS.dailyLimit };
    });
    await recordClaimOutcomes(tx, { ...batch, now }, postponed);
    return mails.slice(0, left);
  });
}

/** When the first message leaves the 24 hours; soon while other batches hold the rest. */
function findRetryTime({
  isSpent,
  since,
  now,
}: {
  isSpent: boolean;
  since: Date | null;
  now: Date;
}): Date {
  const soon = now.getTime() + MINUTE_MS;
  return new Date(isSpent && since ? Math.max(soon, since.getTime() + DAY_MS) : soon);
}
