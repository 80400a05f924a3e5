import type { Db } from '../../db/client.ts';
import type { BatchKey } from '../../db/deliveries/batches.ts';
import { countRecentMessages } from '../../db/deliveries/recent-messages.ts';
import type { ClaimOutcome } from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/time/units.ts';
import type { ReadyMail } from './attempt.ts';

/** How the daily limit divides the mails of a batch. */
interface DividedMails {
  allowed: readonly ReadyMail[];
  /** The others are due again when the limit may let them through. */
  postponed: ClaimOutcome[];
}

/**
 * Divides the mails of a claimed batch so that no more than `dailyLimit` messages leave in 24
 * hours, over all workers and runs. What other batches have claimed counts as if it were sent: two
 * workers that count at the same time postpone too much rather than send too much.
 */
export async function applyDailyLimit(
  { db, dailyLimit }: { db: Db; dailyLimit: number | null },
  { digestId, batch, now }: BatchKey & { now: Date },
  mails: readonly ReadyMail[],
): Promise<DividedMails> {
  if (dailyLimit === null || mails.length === 0) return { allowed: mails, postponed: [] };
  const { messages, claimed, since } = await countRecentMessages(db, {
    now,
    besides: { digestId, batch },
  });
  const left = Math.max(0, dailyLimit - messages - claimed);
  const nextAt = findRetryTime({ isSpent: messages >= dailyLimit, since, now });
  return {
    allowed: mails.slice(0, left),
    postponed: mails.slice(left).map(({ subscriberId }) => {
      return { subscriberId, state: 'pending', nextAt, detail: DAILY_LIMIT_REACHED };
    }),
  };
}

/** The detail of a delivery that waits for the daily limit. */
const DAILY_LIMIT_REACHED = 'The daily limit of messages is reached.';

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
