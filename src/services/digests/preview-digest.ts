import type { Db } from '../../db/client.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { listSeenPapers } from '../../db/deliveries/seen-papers.ts';
import { findQuietSince } from '../../db/subscribers/quiet-days.ts';
import {
  type DigestRecipient,
  findSubscriberByEmail,
  listDigestRecipients,
} from '../../db/subscribers/subscribers.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import { concatMessage } from '../../domain/smtp/message.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import { DEFAULT_PREFERENCES, type Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import {
  draftDigestMessage,
  finishDigestMessage,
  renderDigestText,
} from '../../mail/digests/digest-message.ts';
import type { DkimSigner } from '../../mail/dkim/signer.ts';
import type { MessageIds } from '../../mail/encoding/message-id.ts';
import { createDigestCopy, type DigestContext, type DigestContexts } from './digest-context.ts';

export interface PreviewDeps {
  db: Db;
  digestContexts: DigestContexts;
  tokens: LinkTokens;
  clock: Clock;
  messageIds: MessageIds;
  /** Null when mail is not signed. */
  signer: DkimSigner | null;
}

/**
 * Builds the message of a digest as it would be sent to the subscriber with `email`, or to a sample
 * subscriber without interests. Stores and sends nothing.
 * @throws PaperboyError `UNKNOWN_SUBSCRIBER`, `NOTHING_TO_SEND`.
 */
export async function previewDigest(
  deps: PreviewDeps,
  digest: DigestSummary,
  { email, asText }: { email: string | null; asText: boolean },
): Promise<Buffer> {
  const context = await deps.digestContexts(digest.id);
  if (!context) throw new Error(`The digest ${digest.id} is gone.`);
  const subscriber =
    email === null
      ? createSampleSubscriber(deps.clock())
      : await findPreviewSubscriber(deps.db, email);
  const selection = await findSelection(deps.db, context, subscriber);
  if (selection.length === 0) {
    throw new PaperboyError(
      'NOTHING_TO_SEND',
      `No paper of ${digest.date} matches what ${subscriber.email} follows.`,
    );
  }
  const { id: subscriberId } = subscriber;
  const token = deps.tokens.seal({ kind: 'delivery', digestId: digest.id, subscriberId });
  const quietSince = await findQuietSince(deps.db, { digestId: digest.id, subscriberId });
  const personalization = createDigestCopy(
    context,
    { ...subscriber, quietSince },
    { token, selection },
  );
  if (asText) return Buffer.from(renderDigestText(context.renderer, personalization));
  const messageId = deps.messageIds.of({ kind: 'delivery', digestId: digest.id, subscriberId });
  const addressed = { personalization, to: subscriber.email, messageId, date: deps.clock() };
  const message = await finishDigestMessage(
    draftDigestMessage(context.renderer, addressed),
    deps.signer,
  );
  return concatMessage(message);
}

/** A subscriber with the profile that selecting papers needs. */
type PreviewSubscriber = Subscriber & Pick<DigestRecipient, 'learned'>;

async function findSelection(db: Db, context: DigestContext, subscriber: PreviewSubscriber) {
  const stored = await findDelivery(db, context.digest.id, subscriber.id);
  if (stored?.selection) return stored.selection;
  const seen = await listSeenPapers(db, { digestId: context.digest.id }, [subscriber.id]);
  const select = await context.createSelectorFor([subscriber], seen);
  return select(subscriber);
}

async function findPreviewSubscriber(db: Db, email: string): Promise<PreviewSubscriber> {
  const { key } = normaliseAddress(email);
  const found = await findSubscriberByEmail(db, key);
  const subscriber = found && (await listDigestRecipients(db, [found.id])).get(found.id);
  if (!subscriber)
    throw new PaperboyError('UNKNOWN_SUBSCRIBER', `No subscriber has the address “${email}”.`);
  return subscriber;
}

/** A subscriber without interests. Its links are dead: no subscriber has the highest id. */
function createSampleSubscriber(now: Date): PreviewSubscriber {
  const id = 2 ** 40 - 1;
  const email = 'reader@example.org';
  return {
    ...DEFAULT_PREFERENCES,
    id,
    email,
    status: 'active',
    pausedUntil: null,
    createdAt: now,
    confirmedAt: now,
    learned: null,
  };
}
