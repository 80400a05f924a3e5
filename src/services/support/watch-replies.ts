import type { Db } from '../../db/client.ts';
import { pauseDigest } from '../../db/digests.ts';
import { liftBounces, suppressBounced } from '../../db/suppressions.ts';
import { type Brake, createBrake } from '../../domain/brake.ts';
import type { Clock } from '../../domain/clock.ts';
import { keepNewest } from '../../domain/keep-newest.ts';
import { judgeReply } from '../../domain/smtp-reply.ts';
import { hashSuppressed } from '../../domain/tokens.ts';
import type { Tried } from './sending-window.ts';

export interface WatchDeps {
  db: Db;
  clock: Clock;
  suppressionKey: string;
  /** Something that an operator must look at. */
  onAlarm: (
    sentence: string,
    facts: { digestId: number; liftedSuppressions: number },
  ) => void | Promise<void>;
}

/** Draws the consequences of what relays answered. */
export type ReplyWatch = (digestId: number, tried: readonly Tried[]) => Promise<void>;

/** Digests whose brakes are kept: those that may be sent at the same time. */
const KEPT = 8;

/**
 * Suppresses addresses that do not exist. When too many replies are hard the digest is paused with an
 * alarm, and whom it had suppressed is free again: then the fault is ours.
 */
export function watchReplies({ db, clock, suppressionKey, onAlarm }: WatchDeps): ReplyWatch {
  const brakes = new Map<number, Brake>();

  const brakeOf = (digestId: number): Brake => {
    const brake = brakes.get(digestId) ?? createBrake();
    brakes.set(digestId, brake);
    keepNewest(brakes, KEPT);
    return brake;
  };

  const pullBrake = async (digestId: number) => {
    const { isFirst, lifted } = await db.transaction(async (tx) => ({
      isFirst: await pauseDigest(tx, digestId, TOO_MANY_HARD, clock()),
      lifted: await liftBounces(tx, digestId),
    }));
    // Resumed by the operator, it is judged anew.
    brakes.delete(digestId);
    if (isFirst) await onAlarm(TOO_MANY_HARD, { digestId, liftedSuppressions: lifted });
  };

  return async (digestId, tried) => {
    const brake = brakeOf(digestId);
    for (const { entry, outcome, result } of tried) {
      if (outcome.kind !== 'answered') continue;
      if (result.state !== 'sent' && result.state !== 'failed') continue;
      brake.note(result.state === 'failed');
      if (judgeReply(outcome.reply).suppresses) {
        const hash = hashSuppressed(entry.emailKey, suppressionKey);
        await suppressBounced(db, hash, digestId, clock());
      }
    }
    if (brake.isOn()) await pullBrake(digestId);
  };
}

const TOO_MANY_HARD =
  'More than 5 % of the last 200 replies, or half of the first few, refused the mail for good: the digest is paused and nobody is suppressed.';
