import type { Db } from '../../db/client.ts';
import { findDigestById, markDigestPaused } from '../../db/digests/digests.ts';
import { liftBounces, suppressBounced } from '../../db/subscribers/suppressions.ts';
import { formatDigestAlertSubject } from '../../domain/alerts/alert.ts';
import { evictOldest } from '../../domain/evict-oldest.ts';
import { hashSuppressedAddress } from '../../domain/links/tokens.ts';
import { classifyReply } from '../../domain/smtp/smtp-reply.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Log } from '../monitoring/log.ts';
import type { AttemptResult } from './attempt.ts';
import { type AttemptFailures, type PauseCause, trackAttemptFailures } from './attempt-failures.ts';
import { retryTransient, type Sleep } from './retry-transient.ts';

interface ReplyHandlerDeps {
  db: Db;
  clock: Clock;
  suppressionKey: string;
  alerts: Alerts;
  log: Log;
  sleep: Sleep;
  /** Aborted when the process stops waiting for the database. */
  forceStop: AbortSignal;
}

/** Follows up how attempts to send the mails of a digest ended. */
type ReplyHandler = (digestId: number, attempts: readonly AttemptResult[]) => Promise<void>;

/** Digests whose failures are tracked: more than are ever sent at the same time. */
const MAX_TRACKED_DIGESTS = 8;

/**
 * Suppresses addresses that do not exist. When too many mails bounce, are taken without an answer
 * or cannot be composed, the digest is paused with an alert: then the fault is not that of single
 * addresses, and after bounces the suppressions of the digest are lifted.
 */
export function createReplyHandler(deps: ReplyHandlerDeps): ReplyHandler {
  const { db, clock, suppressionKey, alerts, log, sleep, forceStop } = deps;
  const tracked = new Map<number, AttemptFailures>();

  const failuresOf = (digestId: number): AttemptFailures => {
    const failures = tracked.get(digestId) ?? trackAttemptFailures();
    tracked.set(digestId, failures);
    evictOldest(tracked, MAX_TRACKED_DIGESTS);
    return failures;
  };

  const autoPause = async (digestId: number, { kind, sentence }: PauseCause) => {
    const { isFirst, liftedSuppressions } = await db.transaction(async (tx) => ({
      isFirst: await markDigestPaused(tx, digestId, sentence, clock()),
      liftedSuppressions: kind === 'refusals' ? await liftBounces(tx, digestId) : 0,
    }));
    // Once an operator has resumed it, earlier failures no longer count.
    tracked.delete(digestId);
    if (!isFirst) return;
    log('error', sentence, { digestId, liftedSuppressions });
    const digest = await findDigestById(db, digestId);
    if (digest) await alerts.raise({ kind, subject: formatDigestAlertSubject(digest), sentence });
  };

  const suppress = async (digestId: number, { entry, outcome }: AttemptResult) => {
    if (outcome.kind !== 'answered' || !classifyReply(outcome.reply).shouldSuppress) return;
    const hash = hashSuppressedAddress(entry.emailKey, suppressionKey);
    await retryTransient(() => suppressBounced(db, hash, digestId, clock()), {
      signal: forceStop,
      sleep,
    });
  };

  return async (digestId, attempts) => {
    const failures = failuresOf(digestId);
    // Before anything that may fail: an outage must not hide that too many mails bounce.
    for (const attempt of attempts) failures.record(attempt);
    const problems: unknown[] = [];
    for (const attempt of attempts)
      await suppress(digestId, attempt).catch((problem) => problems.push(problem));
    const cause = failures.findPauseCause();
    if (cause !== null) await autoPause(digestId, cause);
    if (problems.length > 0) throw problems[0];
  };
}
