import type { Db } from '../db/client.ts';
import { findDelivery, listSeenPapers } from '../db/deliveries.ts';
import type { DigestSummary } from '../db/digests.ts';
import { findQuietSince } from '../db/quiet-days.ts';
import { findSubscriberByEmail, listSubscribers, type Reader } from '../db/subscribers.ts';
import { normaliseAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { PaperboyError } from '../domain/errors.ts';
import { wholeMessage } from '../domain/message.ts';
import { DEFAULT_PREFERENCES, type Subscriber } from '../domain/subscriber.ts';
import type { Tokens } from '../domain/tokens.ts';
import { digestText, draftDigest, finishDigest } from '../mail/digest-message.ts';
import type { Signer } from '../mail/dkim/signer.ts';
import type { MessageIds } from '../mail/message-id.ts';
import { copyFor, type Editions, type OpenEdition } from './support/editions.ts';

export interface PreviewDeps {
  db: Db;
  editions: Editions;
  tokens: Tokens;
  clock: Clock;
  messageIds: MessageIds;
  /** Null when mail is not signed. */
  signer: Signer | null;
}

/**
 * The message of a digest as it would be sent to the subscriber, or, without one, to a reader who
 * follows nothing. Nothing is stored and nothing is sent.
 * @throws PaperboyError `UNKNOWN_SUBSCRIBER`, `NOTHING_TO_SEND`.
 */
export async function previewDigest(
  deps: PreviewDeps,
  digest: DigestSummary,
  { email, asText }: { email: string | null; asText: boolean },
): Promise<Buffer> {
  const edition = await deps.editions(digest.id);
  if (!edition) throw new Error(`The digest ${digest.id} is gone.`);
  const reader = email === null ? stranger(deps.clock()) : await findReader(deps.db, email);
  const selection = await selectionFor(deps.db, edition, reader);
  if (selection.length === 0) {
    throw new PaperboyError(
      'NOTHING_TO_SEND',
      `No paper of ${digest.date} matches what ${reader.email} follows.`,
    );
  }
  const { id: subscriberId } = reader;
  const token = deps.tokens.seal({ digestId: digest.id, subscriberId });
  const quietSince = await findQuietSince(deps.db, { digestId: digest.id, subscriberId });
  const copy = copyFor(edition, { ...reader, quietSince }, { token, selection });
  if (asText) return Buffer.from(digestText(edition.mail, copy));
  const messageId = deps.messageIds(digest.id, subscriberId);
  const addressed = { copy, to: reader.email, messageId, date: deps.clock() };
  const message = await finishDigest(draftDigest(edition.mail, addressed), deps.signer);
  return wholeMessage(message);
}

/** A reader with what choosing asks for. */
type Previewed = Subscriber & Pick<Reader, 'learned'>;

async function selectionFor(db: Db, edition: OpenEdition, reader: Previewed) {
  const stored = await findDelivery(db, edition.digest.id, reader.id);
  if (stored?.selection) return stored.selection;
  const seen = await listSeenPapers(db, edition.digest.id, [reader.id]);
  const choose = await edition.chooserFor([reader], seen);
  return choose(reader);
}

async function findReader(db: Db, email: string): Promise<Previewed> {
  const { key } = normaliseAddress(email);
  const found = await findSubscriberByEmail(db, key);
  const reader = found && (await listSubscribers(db, [found.id])).get(found.id);
  if (!reader)
    throw new PaperboyError('UNKNOWN_SUBSCRIBER', `No subscriber has the address “${email}”.`);
  return reader;
}

/** A reader without wishes. Its token opens nothing: no subscriber has the highest id. */
function stranger(now: Date): Previewed {
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
