import type { Db } from '../../db/client.ts';
import {
  type ClaimedDelivery,
  changeDeliveries,
  type DeliveryChange,
  listSeenPapers,
} from '../../db/deliveries.ts';
import { listSubscribers } from '../../db/subscribers.ts';
import { listSuppressed } from '../../db/suppressions.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Selection } from '../../domain/digest.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import { hashSuppressed, type Tokens } from '../../domain/tokens.ts';
import {
  type AddressedCopy,
  type DigestDraft,
  draftDigest,
  finishDigest,
} from '../../mail/digest-message.ts';
import type { Signer } from '../../mail/dkim/signer.ts';
import type { Message } from '../../mail/message.ts';
import { messageIdFor } from '../../mail/message-id.ts';
import { copyFor, type OpenEdition } from './editions.ts';

export interface PrepareDeps {
  db: Db;
  tokens: Tokens;
  clock: Clock;
  suppressionKey: string;
  messageIdKey: Buffer;
  /** Null when mail is not signed. */
  signer: Signer | null;
}

/** A delivery whose mail is ready. */
export interface Ready {
  delivery: ClaimedDelivery;
  message: Message;
}

/** Decides for each delivery, records the decisions, and composes the mails of those that go out. */
export async function prepareBatch(
  deps: PrepareDeps,
  edition: OpenEdition,
  claimed: readonly ClaimedDelivery[],
  leaseId: number,
): Promise<Ready[]> {
  const { db, tokens, clock } = deps;
  const digestId = edition.digest.id;
  const now = clock();
  const ids = claimed.map(({ subscriberId }) => subscriberId);
  const readers = new Map((await listSubscribers(db, ids)).map((reader) => [reader.id, reader]));
  const suppressed = await findSuppressedReaders(deps, [...readers.values()]);
  const selections = await chooseAll(deps, edition, claimed, readers);
  const changes: DeliveryChange[] = [];
  const drafts: { delivery: ClaimedDelivery; draft: DigestDraft }[] = [];
  for (const delivery of claimed) {
    const { subscriberId } = delivery;
    const reader = readers.get(subscriberId);
    const selection = selections.get(subscriberId) ?? [];
    const obstacle = obstacleFor(reader, suppressed, selection);
    if (!reader || obstacle !== null) {
      changes.push({ subscriberId, state: 'skipped', detail: obstacle ?? '' });
      continue;
    }
    const messageId =
      delivery.messageId ??
      messageIdFor(digestId, subscriberId, deps.messageIdKey, edition.mail.sender.messageIdDomain);
    const date = delivery.messageDate ?? now;
    const copy = copyFor(edition, reader, {
      token: tokens.seal({ digestId, subscriberId }),
      selection,
    });
    const draft = draftFor(edition, { ...copy, to: reader.email, messageId, date });
    if (draft instanceof RangeError) {
      changes.push({ subscriberId, state: 'failed', detail: draft.message });
      continue;
    }
    changes.push({ subscriberId, state: 'claimed', selection, messageId, messageDate: date });
    drafts.push({ delivery, draft });
  }
  const held = await changeDeliveries(db, { digestId, leaseId, from: 'claimed', now }, changes);
  const ready = drafts.filter(({ delivery }) => held.has(delivery.subscriberId));
  return Promise.all(
    ready.map(async ({ delivery, draft }) => ({
      delivery,
      message: await finishDigest(draft, deps.signer),
    })),
  );
}

/** A reader whose mail cannot be composed, such as for an address that fits no header, must not hold
 *  up the others: the problem is the answer then. */
function draftFor({ mail }: OpenEdition, copy: AddressedCopy): DigestDraft | RangeError {
  try {
    return draftDigest(mail, copy);
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}

function obstacleFor(
  reader: Subscriber | undefined,
  suppressed: ReadonlySet<number>,
  selection: Selection,
): string | null {
  if (!reader) return 'The reader was erased.';
  if (reader.status !== 'active') return `The reader is ${reader.status}.`;
  if (suppressed.has(reader.id)) return 'The address is suppressed.';
  if (selection.length === 0) return 'No paper of this digest matches what the reader follows.';
  return null;
}

async function findSuppressedReaders(
  { db, suppressionKey }: PrepareDeps,
  readers: readonly (Subscriber & { emailKey: string })[],
): Promise<Set<number>> {
  const hashes = new Map(
    readers.map(({ id, emailKey }) => [id, hashSuppressed(emailKey, suppressionKey)]),
  );
  const suppressed = await listSuppressed(db, [...hashes.values()]);
  return new Set(
    [...hashes].filter(([, hash]) => suppressed.has(hash.toString('hex'))).map(([id]) => id),
  );
}

/** A selection once chosen stays: retries and the web view show the same papers. */
async function chooseAll(
  { db }: PrepareDeps,
  edition: OpenEdition,
  claimed: readonly ClaimedDelivery[],
  readers: ReadonlyMap<number, Subscriber>,
): Promise<Map<number, Selection>> {
  const selections = new Map<number, Selection>();
  const open: Subscriber[] = [];
  for (const { subscriberId, selection } of claimed) {
    const reader = readers.get(subscriberId);
    if (selection) selections.set(subscriberId, selection);
    else if (reader?.status === 'active') open.push(reader);
  }
  const seen = await listSeenPapers(
    db,
    edition.digest.id,
    open.map(({ id }) => id),
  );
  const chosen = await edition.selectFor(open, seen);
  for (const [place, { id }] of open.entries()) selections.set(id, chosen[place] ?? []);
  return selections;
}
