import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import { listSeenPapers } from '../../db/deliveries/seen-papers.ts';
import type { ClaimedDelivery } from '../../db/deliveries/transitions/claim.ts';
import type { ClaimOutcome } from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { type DigestRecipient, listDigestRecipients } from '../../db/subscribers/subscribers.ts';
import { listSuppressedHashes } from '../../db/subscribers/suppressions.ts';
import type { DigestKind, Selection } from '../../domain/digests/digest.ts';
import { EMPTY_SELECTION_DETAILS } from '../../domain/digests/empty-selection.ts';
import { hashSuppressedAddress, type LinkTokens } from '../../domain/links/tokens.ts';
import { extractDomain } from '../../domain/subscribers/email-address.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import { draftDigestMessage, finishDigestMessage } from '../../mail/digests/digest-message.ts';
import type { DkimSigner } from '../../mail/dkim/signer.ts';
import type { MessageIds } from '../../mail/encoding/message-id.ts';
import { createDigestCopy, type DigestContext } from '../digests/digest-context.ts';
import type { ReadyMail } from './attempt.ts';

export interface PrepareDeps {
  db: Db;
  tokens: LinkTokens;
  clock: Clock;
  suppressionKey: string;
  /** Keys of the only addresses that may get mail; null: anybody's may. */
  ownerKeys: ReadonlySet<string> | null;
  messageIds: MessageIds;
  /** Null when mail is not signed. */
  signer: DkimSigner | null;
}

/** The decisions about a batch. */
interface PreparedBatch {
  ready: ReadyMail[];
  outcomes: ClaimOutcome[];
  /** Subscribers whose first quiet day since their last mail this is. */
  newlyQuiet: number[];
  /** Subscribers whose mail explains the quiet days before it. */
  explainedQuiet: number[];
  /** Why papers could not be selected for some of the subscribers, who wait; the last error. */
  problem: unknown;
}

/** Selections made before the event loop runs: SMTP connections wait for it. */
const SELECTIONS_PER_TICK = 10;

/** Delay before papers are selected again for a subscriber for whom that failed, in ms. */
const SELECTION_RETRY_MS = 15 * MINUTE_MS;

/** Decides about each claimed delivery, and selects the papers of those to be sent. A subscriber
 *  for whom that fails holds nobody else back. */
export async function prepareBatch(
  deps: PrepareDeps,
  context: DigestContext,
  claimed: readonly ClaimedDelivery[],
  leaseId: number,
): Promise<PreparedBatch> {
  const { db } = deps;
  const ids = claimed.map(({ subscriberId }) => subscriberId);
  const subscribers = await listDigestRecipients(db, ids);
  const suppressed = await findSuppressedSubscribers(deps, [...subscribers.values()]);
  const select = await createBatchSelector(db, context, claimed, subscribers);
  const prepared: PreparedBatch = {
    ...{ ready: [], outcomes: [], newlyQuiet: [], explainedQuiet: [] },
    problem: null,
  };
  const tokens = deps.tokens.sealDeliveries(context.digest.id, ids);
  const messageIds = deps.messageIds.ofDeliveries(context.digest.id, ids);
  const prepareOne = (delivery: ClaimedDelivery, index: number) => {
    const { subscriberId } = delivery;
    const subscriber = subscribers.get(subscriberId);
    const obstacle = findObstacle(subscriber, context.digest.kind, {
      suppressed,
      ownerKeys: deps.ownerKeys,
    });
    if (!subscriber || obstacle !== null) {
      prepared.outcomes.push({ subscriberId, state: 'skipped', detail: obstacle ?? '' });
      return;
    }
    const selection = delivery.selection ?? select(subscriber);
    if (selection.length === 0) {
      const detail = describeQuietReason(subscriber, select);
      prepared.outcomes.push({ subscriberId, state: 'skipped', detail });
      if (subscriber.quietSince === null) prepared.newlyQuiet.push(subscriberId);
      return;
    }
    const own = { token: tokens[index] ?? '', messageId: messageIds[index] ?? '' };
    const decided = { ...own, delivery, subscriber, selection, leaseId };
    prepared.ready.push(toReadyMail(deps, context, decided));
    if (subscriber.quietSince !== null) prepared.explainedQuiet.push(subscriberId);
  };
  for (const [index, delivery] of claimed.entries()) {
    if (index > 0 && index % SELECTIONS_PER_TICK === 0) await yieldToEventLoop();
    try {
      prepareOne(delivery, index);
    } catch (error) {
      prepared.problem = error;
      const nextAt = new Date(deps.clock().getTime() + SELECTION_RETRY_MS);
      prepared.outcomes.push({ subscriberId: delivery.subscriberId, state: 'pending', nextAt });
    }
  }
  return prepared;
}

/** Distinguishes a day without matching papers from one on which none reached the threshold. */
function describeQuietReason(
  subscriber: DigestRecipient,
  select: (subscriber: DigestRecipient) => Selection,
): string {
  const isBelowThreshold =
    subscriber.relevanceThreshold !== 'low' &&
    select({ ...subscriber, relevanceThreshold: 'low' }).length > 0;
  return isBelowThreshold
    ? EMPTY_SELECTION_DETAILS.belowThreshold
    : EMPTY_SELECTION_DETAILS.noMatch;
}

function toReadyMail(
  { clock, signer }: PrepareDeps,
  context: DigestContext,
  decided: {
    token: string;
    /** For the first attempt. */
    messageId: string;
    delivery: ClaimedDelivery;
    subscriber: DigestRecipient;
    selection: Selection;
    leaseId: number;
  },
): ReadyMail {
  const { token, delivery, subscriber, selection, leaseId } = decided;
  const { renderer, digest } = context;
  const { subscriberId, attempts, expiresAt } = delivery;
  const messageId = delivery.messageId ?? decided.messageId;
  const messageDate = delivery.messageDate ?? clock();
  return {
    subscriberId,
    leaseId,
    attempts: attempts + 1,
    selection,
    messageId,
    messageDate,
    digestId: digest.id,
    expiresAt,
    firstDueAt: delivery.messageId === null ? delivery.sendAt : null,
    domain: extractDomain(subscriber.email),
    emailKey: subscriber.emailKey,
    compose: () => {
      const personalization = createDigestCopy(context, subscriber, { token, selection });
      const addressed = { personalization, to: subscriber.email, messageId, date: messageDate };
      return finishDigestMessage(draftDigestMessage(renderer, addressed), signer);
    },
  };
}

function findObstacle(
  subscriber: DigestRecipient | undefined,
  kind: DigestKind,
  {
    suppressed,
    ownerKeys,
  }: { suppressed: ReadonlySet<number>; ownerKeys: ReadonlySet<string> | null },
): string | null {
  if (!subscriber) return 'The reader was erased.';
  if (subscriber.status !== 'active') return `The reader is ${subscriber.status}.`;
  // The papers of a daily digest are in the next weekly one too, but not the reverse.
  if (kind === 'daily' && subscriber.frequency === 'weekly')
    return 'The reader gets the weekly digest now.';
  if (suppressed.has(subscriber.id)) return 'The address is suppressed.';
  if (ownerKeys !== null && !ownerKeys.has(subscriber.emailKey))
    return 'The address is none of OWNER_EMAIL.';
  return null;
}

async function findSuppressedSubscribers(
  { db, suppressionKey }: PrepareDeps,
  subscribers: readonly DigestRecipient[],
): Promise<Set<number>> {
  const hashes = new Map(
    subscribers.map(({ id, emailKey }) => [id, hashSuppressedAddress(emailKey, suppressionKey)]),
  );
  const suppressed = await listSuppressedHashes(db, [...hashes.values()]);
  if (suppressed.size === 0) return new Set();
  return new Set(
    [...hashes].filter(([, hash]) => suppressed.has(hash.toString('hex'))).map(([id]) => id),
  );
}

/** Selects papers for the subscribers of a batch who have no selection yet. A stored selection is
 *  kept, so that retries and the web view show the same papers. */
async function createBatchSelector(
  db: Db,
  context: DigestContext,
  claimed: readonly ClaimedDelivery[],
  subscribers: ReadonlyMap<number, DigestRecipient>,
): Promise<(subscriber: DigestRecipient) => Selection> {
  const unselected = claimed.flatMap(({ subscriberId, selection }) => {
    const subscriber = selection === null ? subscribers.get(subscriberId) : undefined;
    return subscriber?.status === 'active' ? [subscriber] : [];
  });
  const seen = await listSeenPapers(
    db,
    { digestId: context.digest.id },
    unselected.map(({ id }) => id),
  );
  return context.createSelectorFor(unselected, seen);
}
