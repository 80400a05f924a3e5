import { ALERT_COPY } from '../../copy/en/alerts.ts';
import type { Db } from '../../db/client.ts';
import { findDigestById, markDigestPaused } from '../../db/digests/digests.ts';
import { liftBounces, suppressBounced } from '../../db/subscribers/suppressions.ts';
import { formatDigestAlertSubject } from '../../domain/alerts/alert.ts';
import {
  type BounceRateLimit,
  createBounceRateLimit,
} from '../../domain/deliveries/bounce-rate-limit.ts';
import { evictOldest } from '../../domain/evict-oldest.ts';
import { hashSuppressedAddress } from '../../domain/links/tokens.ts';
import { classifyReply } from '../../domain/smtp/smtp-reply.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Log } from '../monitoring/log.ts';
import type { AttemptResult } from './attempt.ts';

interface ReplyHandlerDeps {
  db: Db;
  clock: Clock;
  suppressionKey: string;
  alerts: Alerts;
  log: Log;
}

/** Follows up what relays answered to the mails of a digest. */
type ReplyHandler = (digestId: number, attempts: readonly AttemptResult[]) => Promise<void>;

/** Digests whose bounce rate is tracked: more than are ever sent at the same time. */
const MAX_TRACKED_DIGESTS = 8;

/**
 * Suppresses addresses that do not exist. When too many mails bounce the digest is paused with an
 * alert and its suppressions are lifted: then the fault is the sender's.
 */
export function createReplyHandler(deps: ReplyHandlerDeps): ReplyHandler {
  const { db, clock, suppressionKey, alerts, log } = deps;
  const limits = new Map<number, BounceRateLimit>();

  const limitFor = (digestId: number): BounceRateLimit => {
    const limit = limits.get(digestId) ?? createBounceRateLimit();
    limits.set(digestId, limit);
    evictOldest(limits, MAX_TRACKED_DIGESTS);
    return limit;
  };

  const autoPause = async (digestId: number) => {
    const { isFirst, liftedSuppressions } = await db.transaction(async (tx) => ({
      isFirst: await markDigestPaused(tx, digestId, ALERT_COPY.bounceRateExceeded, clock()),
      liftedSuppressions: await liftBounces(tx, digestId),
    }));
    // Once an operator has resumed it, earlier bounces no longer count.
    limits.delete(digestId);
    if (!isFirst) return;
    log('error', ALERT_COPY.bounceRateExceeded, { digestId, liftedSuppressions });
    const digest = await findDigestById(db, digestId);
    if (!digest) return;
    const subject = formatDigestAlertSubject(digest);
    await alerts.raise({ kind: 'refusals', subject, sentence: ALERT_COPY.bounceRateExceeded });
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
