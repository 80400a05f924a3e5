import { DELIVERY_DETAILS } from '../../copy/en/deliveries.ts';
import type { Db } from '../../db/client.ts';
import type { BatchKey } from '../../db/deliveries/batches.ts';
import {
  countRecentMessages,
  type DigestDemand,
  lockDailyLimit,
  readDigestDemand,
} from '../../db/deliveries/recent-messages.ts';
import {
  type ClaimOutcome,
  recordClaimOutcomes,
} from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { isChosenFirst } from '../../domain/deliveries/fair-share.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/time/units.ts';
import type { ReadyMail } from './attempt.ts';

/**
 * Applies the limit of `dailyLimit` messages in 24 hours, over all workers and runs, to the mails
 * of a claimed batch. What other batches have claimed counts as if it were sent. Mails above the
 * limit are recorded as pending until the limit may let them through.
 *
 * When the limit is below the audience, a share of it that rotates with each digest comes first.
 * The others get what is left once every batch was claimed, or readers with a late hour would never
 * get a digest.
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
    const retryAt = findRetryTime({ isSpent: messages >= dailyLimit, since, now });
    const demand = await readDigestDemand(tx, batch.digestId, now);
    const { chosen, others, othersFrom } = divideByTurn(mails, { demand, dailyLimit, now });
    const candidates = othersFrom === null ? [...chosen, ...others] : chosen;
    const postpone = ({ subscriberId }: ReadyMail, nextAt: Date): ClaimOutcome => {
      return { subscriberId, state: 'pending', nextAt, detail: DELIVERY_DETAILS.dailyLimit };
    };
    await recordClaimOutcomes(tx, { ...batch, now }, [
      ...candidates.slice(left).map((mail) => postpone(mail, retryAt)),
      ...(othersFrom === null ? [] : others.map((mail) => postpone(mail, othersFrom))),
    ]);
    return candidates.slice(0, left);
  });
}

/** Divides mails into those whose turn it is and the others, which wait until `othersFrom`. */
function divideByTurn(
  mails: readonly ReadyMail[],
  { demand, dailyLimit, now }: { demand: DigestDemand | null; dailyLimit: number; now: Date },
): { chosen: readonly ReadyMail[]; others: readonly ReadyMail[]; othersFrom: Date | null } {
  if (demand === null || demand.audience <= dailyLimit)
    return { chosen: mails, others: [], othersFrom: null };
  const turn = { digestNumber: demand.number, share: dailyLimit / demand.audience };
  const isChosen = ({ subscriberId }: ReadyMail) => isChosenFirst(subscriberId, turn);
  const { lastUnclaimedAt } = demand;
  return {
    chosen: mails.filter(isChosen),
    others: mails.filter((mail) => !isChosen(mail)),
    othersFrom:
      lastUnclaimedAt && new Date(Math.max(lastUnclaimedAt.getTime(), now.getTime()) + MINUTE_MS),
  };
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
