import type { Db } from '../../db/client.ts';
import { markDigestPaused } from '../../db/digests/digests.ts';
import { liftBounces, suppressBounced } from '../../db/subscribers/suppressions.ts';
import {
  type BounceRateLimit,
  createBounceRateLimit,
} from '../../domain/deliveries/bounce-rate-limit.ts';
import { evictOldest } from '../../domain/evict-oldest.ts';
import { hashSuppressedAddress } from '../../domain/links/tokens.ts';
import { classifyReply } from '../../domain/smtp/smtp-reply.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AttemptResult } from './in-flight-window.ts';

export interface ReplyHandlerDeps {
  db: Db;
  clock: Clock;
  suppressionKey: string;
  /** Something that an operator must look at. */
  onAutoPause: (
    sentence: string,
    facts: { digestId: number; liftedSuppressions: number },
  ) => void | Promise<void>;
}

/** Draws the consequences of what relays answered. */
export type ReplyHandler = (digestId: number, attempts: readonly AttemptResult[]) => Promise<void>;

/** Digests whose brakes are kept: those that may be sent at the same time. */
const MAX_TRACKED_DIGESTS = 8;

/**
 * Suppresses addresses that do not exist. When too many replies are hard the digest is paused with an
 * alarm, and whom it had suppressed is free again: then the fault is ours.
 */
export function createReplyHandler({
  db,
  clock,
  suppressionKey,
  onAutoPause,
}: ReplyHandlerDeps): ReplyHandler {
  const limits = new Map<number, BounceRateLimit>();

  const limitFor = (digestId: number): BounceRateLimit => {
    const limit = limits.get(digestId) ?? createBounceRateLimit();
    limits.set(digestId, limit);
    evictOldest(limits, MAX_TRACKED_DIGESTS);
    return limit;
  };

  const autoPause = async (digestId: number) => {
    const { isFirst, lifted } = await db.transaction(async (tx) => ({
      isFirst: await markDigestPaused(tx, digestId, BOUNCE_RATE_EXCEEDED, clock()),
      lifted: await liftBounces(tx, digestId),
    }));
    // Resumed by the operator, it is judged anew.
    limits.delete(digestId);
    if (isFirst) await onAutoPause(BOUNCE_RATE_EXCEEDED, { digestId, liftedSuppressions: lifted });
  };

  return async (digestId, attempts) => {
    const limit = limitFor(digestId);
    for (const { entry, outcome, result } of attempts) {
      if (outcome.kind !== 'answered') continue;
      if (result.state !== 'sent' && result.state !== 'failed') continue;
      limit.record(result.state === 'failed');
      if (classifyReply(outcome.reply).shouldSuppress) {
        const hash = hashSuppressedAddress(entry.emailKey, suppressionKey);
        await suppressBounced(db, hash, digestId, clock());
      }
    }
    if (limit.isExceeded()) await autoPause(digestId);
  };
}

const BOUNCE_RATE_EXCEEDED =
  'More than 5 % of the last 200 replies, or half of the first few, refused the mail for good: the digest is paused and nobody is suppressed.';
