import { describeReason, joinReason } from '../../copy/en/reasons.ts';
import type { Db } from '../../db/client.ts';
import {
  listSubscriberDeliveries,
  type SubscriberDelivery,
} from '../../db/deliveries/deliveries.ts';
import { findLearning, type GivenFeedback, listFeedback } from '../../db/feedback/feedback.ts';
import { listLookups } from '../../db/library/library-lookups.ts';
import { type LibraryPaper, listLibrary } from '../../db/library/library-papers.ts';
import { type Consent, listConsents } from '../../db/subscribers/consents.ts';
import { findPauseStart } from '../../db/subscribers/pauses.ts';
import { findSubscriber, listDigestRecipients } from '../../db/subscribers/subscribers.ts';
import { listTopicNames } from '../../db/topics/topics.ts';
import {
  findTransactionalEmailByToken,
  listOpenSignUps,
  markTransactionalEmailUsed,
  type OpenSignUp,
} from '../../db/transactional/transactional-emails.ts';
import type { SelectedPaper } from '../../domain/digests/digest.ts';
import type { LibraryLookup } from '../../domain/library/library-lookup.ts';
import { hashToken } from '../../domain/links/tokens.ts';
import { type LearnedTerm, unpackLearned } from '../../domain/ranking/learned-terms.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { eraseAndSuppress } from './erase-and-suppress.ts';

/** Everything that is stored about a subscriber. */
export interface SubscriberData {
  subscriber: Subscriber;
  consents: Consent[];
  /** Sign-ups that were not confirmed. */
  openSignUps: OpenSignUp[];
  deliveries: ExportedDelivery[];
  /** The newest first. */
  feedback: GivenFeedback[];
  learned: LearnedTerm[];
  /** The papers of the library, the last added first, and what was looked up for it. */
  library: LibraryPaper[];
  lookups: LibraryLookup[];
  /** Terms that the subscriber removed. */
  unlearned: string[];
  /** When the pause, or the last one, began. */
  pausedAt: Date | null;
  /** Date of the first digest since the last mail that held nothing for the subscriber. */
  quietSince: string | null;
}

/** A delivery whose reasons are sentences, as the subscriber saw them. */
interface ExportedDelivery extends Omit<SubscriberDelivery, 'selection'> {
  selection: (Omit<SelectedPaper, 'reason'> & { reason: string })[] | null;
}

/** More than anybody gives. */
const ALL_FEEDBACK = 1_000_000;

export type DataLink =
  | { kind: 'open'; subscriber: Subscriber }
  | { kind: 'expired' }
  | { kind: 'unknown' };

/** Reads a link to export or erase; changes nothing. */
export async function findDataLink(
  { db, clock }: { db: Db; clock: Clock },
  token: string,
  kind: 'export' | 'erase',
): Promise<DataLink> {
  const email = await findTransactionalEmailByToken(db, hashToken(token));
  if (email?.kind !== kind) return { kind: 'unknown' };
  const subscriber = await findSubscriber(db, email.subscriberId);
  if (!subscriber) return { kind: 'unknown' };
  return email.expiresAt <= clock() ? { kind: 'expired' } : { kind: 'open', subscriber };
}

/** The data that the export link gives, or null when the link is unknown or has expired. */
export async function exportDataByLink(
  deps: { db: Db; clock: Clock },
  token: string,
): Promise<SubscriberData | null> {
  const link = await findDataLink(deps, token, 'export');
  if (link.kind !== 'open') return null;
  const email = await findTransactionalEmailByToken(deps.db, hashToken(token));
  if (email) await markTransactionalEmailUsed(deps.db, email.id, deps.clock());
  const { db } = deps;
  const { id } = link.subscriber;
  const learning = await findLearning(db, id);
  return {
    subscriber: link.subscriber,
    consents: await listConsents(db, id),
    openSignUps: await listOpenSignUps(db, id),
    deliveries: await listExportedDeliveries(db, id),
    feedback: await listFeedback(db, id, { limit: ALL_FEEDBACK }),
    library: await listLibrary(db, id),
    lookups: await listLookups(db, id),
    learned: unpackLearned(learning?.learned ?? null).terms,
    unlearned: learning?.unlearned ?? [],
    pausedAt: await findPauseStart(db, id),
    quietSince: (await listDigestRecipients(db, [id])).get(id)?.quietSince ?? null,
  };
}

async function listExportedDeliveries(db: Db, subscriberId: number): Promise<ExportedDelivery[]> {
  const topicNames = await listTopicNames(db);
  const deliveries = await listSubscriberDeliveries(db, subscriberId);
  return deliveries.map((delivery) => ({
    ...delivery,
    selection:
      delivery.selection?.map(({ reason, ...paper }) => ({
        ...paper,
        reason: joinReason(describeReason(reason, [], { period: delivery.kind, topicNames })),
      })) ?? null,
  }));
}

/** Erases the subscriber of the link. False when the link is unknown or has expired. */
export async function eraseDataByLink(
  deps: { db: Db; clock: Clock; suppressionKey: string },
  token: string,
): Promise<boolean> {
  return eraseAndSuppress(deps, async (tx) => {
    const link = await findDataLink({ db: tx, clock: deps.clock }, token, 'erase');
    return link.kind === 'open' ? link.subscriber : null;
  });
}
