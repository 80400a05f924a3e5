import type { Db } from '../db/client.ts';
import { type Consent, listConsents } from '../db/consents.ts';
import { listDeliveriesOf, type ReaderDelivery } from '../db/deliveries.ts';
import { findLearning, type GivenFeedback, listFeedback } from '../db/feedback.ts';
import { findLetterByToken, markLetterUsed } from '../db/letters.ts';
import { findAbsenceStart } from '../db/pauses.ts';
import { findSubscriber, listSubscribers } from '../db/subscribers.ts';
import type { Clock } from '../domain/clock.ts';
import { type LearnedTerm, unpackLearned } from '../domain/learned.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { hashToken } from '../domain/tokens.ts';
import { eraseReader } from './support/erase.ts';

/** Everything that is stored about a reader. */
export interface ReaderData {
  subscriber: Subscriber;
  consents: Consent[];
  deliveries: ReaderDelivery[];
  /** The newest first. */
  feedback: GivenFeedback[];
  learned: LearnedTerm[];
  /** Terms that the reader took away. */
  unlearned: string[];
  /** When the pause, or the last one, began. */
  pausedAt: Date | null;
  /** Date of the first digest since the last mail that had nothing for the reader. */
  quietSince: string | null;
}

/** More than anybody says of papers. */
const ALL_FEEDBACK = 1_000_000;

export type DataLink =
  | { kind: 'open'; subscriber: Subscriber }
  | { kind: 'expired' }
  | { kind: 'unknown' };

/** Looks at a link to export or erase without changing anything. */
export async function findDataLink(
  { db, clock }: { db: Db; clock: Clock },
  token: string,
  kind: 'export' | 'erase',
): Promise<DataLink> {
  const letter = await findLetterByToken(db, hashToken(token));
  if (letter?.kind !== kind) return { kind: 'unknown' };
  const subscriber = await findSubscriber(db, letter.subscriberId);
  if (!subscriber) return { kind: 'unknown' };
  return letter.expiresAt <= clock() ? { kind: 'expired' } : { kind: 'open', subscriber };
}

/** What the export link gives, or null when it does not work (any more). */
export async function exportByLink(
  deps: { db: Db; clock: Clock },
  token: string,
): Promise<ReaderData | null> {
  const link = await findDataLink(deps, token, 'export');
  if (link.kind !== 'open') return null;
  const letter = await findLetterByToken(deps.db, hashToken(token));
  if (letter) await markLetterUsed(deps.db, letter.id, deps.clock());
  const { db } = deps;
  const { id } = link.subscriber;
  const learning = await findLearning(db, id);
  return {
    subscriber: link.subscriber,
    consents: await listConsents(db, id),
    deliveries: await listDeliveriesOf(db, id),
    feedback: await listFeedback(db, id, { limit: ALL_FEEDBACK }),
    learned: unpackLearned(learning?.learned ?? null).terms,
    unlearned: learning?.unlearned ?? [],
    pausedAt: await findAbsenceStart(db, id),
    quietSince: (await listSubscribers(db, [id])).get(id)?.quietSince ?? null,
  };
}

/** Erases the reader behind the link. False when the link does not work (any more). */
export async function eraseByLink(
  deps: { db: Db; clock: Clock; suppressionKey: string },
  token: string,
): Promise<boolean> {
  return eraseReader(deps, async (tx) => {
    const link = await findDataLink({ db: tx, clock: deps.clock }, token, 'erase');
    return link.kind === 'open' ? link.subscriber : null;
  });
}
