import type { Db } from '../../db/client.ts';
import { addLetter, hasLetterSince } from '../../db/letters.ts';
import {
  LETTER_LIFETIME_MS,
  MOST_RETURN_PAPERS,
  NOTICE_INTERVAL_MS,
  type NoticeKind,
} from '../../domain/letter.ts';
import type { Queue } from '../../queue/queue.ts';

/**
 * Writes down a letter that tells the reader of a change; `paperIds`, the best first, are what a
 * `return` brings. Returns its id, to be rung for once that is committed; null when one of the kind went
 * out a short while ago.
 */
export async function addNotice(
  tx: Db,
  kind: NoticeKind,
  {
    subscriberId,
    now,
    paperIds = [],
  }: { subscriberId: number; now: Date; paperIds?: readonly string[] },
): Promise<number | null> {
  const since = new Date(now.getTime() - NOTICE_INTERVAL_MS[kind]);
  if (await hasLetterSince(tx, { subscriberId, kind, since })) return null;
  return addLetter(tx, {
    subscriberId,
    kind,
    requestedAt: now,
    expiresAt: new Date(now.getTime() + LETTER_LIFETIME_MS[kind]),
    paperIds: paperIds.slice(0, MOST_RETURN_PAPERS),
  });
}

/** Rings for a letter that is written down. A lost ring is rung again by the sweep, so a queue that is
 *  down fails nothing. */
export async function ringForLetter(queue: Queue, letterId: number | null): Promise<void> {
  if (letterId === null) return;
  await queue.ring('letter', { letterId }, `letter-${letterId}`).catch(() => undefined);
}
