import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClaimedDelivery, Verdict } from '../../db/claims.ts';
import type { Db } from '../../db/client.ts';
import { listSeenPapers } from '../../db/deliveries.ts';
import { listSubscribers, type Reader } from '../../db/subscribers.ts';
import { listSuppressed } from '../../db/suppressions.ts';
import { domainOf } from '../../domain/address.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Selection } from '../../domain/digest.ts';
import { QUIET_DETAILS } from '../../domain/quiet.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import { hashSuppressed, type Tokens } from '../../domain/tokens.ts';
import { draftDigest, finishDigest } from '../../mail/digest-message.ts';
import type { Signer } from '../../mail/dkim/signer.ts';
import type { MessageIds } from '../../mail/message-id.ts';
import { copyFor, type OpenEdition } from './editions.ts';
import type { Ready } from './sending-window.ts';

export interface PrepareDeps {
  db: Db;
  tokens: Tokens;
  clock: Clock;
  suppressionKey: string;
  messageIds: MessageIds;
  /** Null when mail is not signed. */
  signer: Signer | null;
}

/** What was decided of a batch. */
export interface Prepared {
  ready: Ready[];
  verdicts: Verdict[];
  /** Subscribers for whom this is the first quiet day since the last mail. */
  quiet: number[];
  /** Those whose mail tells of quiet days. */
  told: number[];
}

/** Selections chosen in one go, before others get their turn: connections wait meanwhile. */
const AT_A_TIME = 10;

/** Decides for each delivery, and chooses the papers of those that go out. */
export async function prepareBatch(
  deps: PrepareDeps,
  edition: OpenEdition,
  claimed: readonly ClaimedDelivery[],
  leaseId: number,
): Promise<Prepared> {
  const { db } = deps;
  const ids = claimed.map(({ subscriberId }) => subscriberId);
  const readers = await listSubscribers(db, ids);
  const suppressed = await findSuppressedReaders(deps, [...readers.values()]);
  const choose = await openChoice(db, edition, claimed, readers);
  const prepared: Prepared = { ready: [], verdicts: [], quiet: [], told: [] };
  for (const [place, delivery] of claimed.entries()) {
    if (place > 0 && place % AT_A_TIME === 0) await nextTurn();
    const { subscriberId } = delivery;
    const reader = readers.get(subscriberId);
    const obstacle = obstacleFor(reader, suppressed);
    if (!reader || obstacle !== null) {
      prepared.verdicts.push({ subscriberId, state: 'skipped', detail: obstacle ?? '' });
      continue;
    }
    const selection = delivery.selection ?? choose(reader);
    if (selection.length === 0) {
      const detail = quietDetail(reader, choose);
      prepared.verdicts.push({ subscriberId, state: 'skipped', detail });
      if (reader.quietSince === null) prepared.quiet.push(subscriberId);
      continue;
    }
    prepared.ready.push(readyFor(deps, edition, { delivery, reader, selection, leaseId }));
    if (reader.quietSince !== null) prepared.told.push(subscriberId);
  }
  return prepared;
}

/** Which of the two: nothing matched, or nothing of it cleared the bar. */
function quietDetail(reader: Reader, choose: (reader: Reader) => Selection): string {
  const isBelowBar = reader.bar !== 'low' && choose({ ...reader, bar: 'low' }).length > 0;
  return isBelowBar ? QUIET_DETAILS.belowBar : QUIET_DETAILS.noMatch;
}

function readyFor(
  { tokens, messageIds, clock, signer }: PrepareDeps,
  edition: OpenEdition,
  {
    delivery,
    reader,
    selection,
    leaseId,
  }: { delivery: ClaimedDelivery; reader: Reader; selection: Selection; leaseId: number },
): Ready {
  const { mail, digest } = edition;
  const { subscriberId, attempts, sendAt } = delivery;
  const messageId = delivery.messageId ?? messageIds(digest.id, subscriberId);
  const messageDate = delivery.messageDate ?? clock();
  return {
    subscriberId,
    leaseId,
    attempts: attempts + 1,
    selection,
    messageId,
    messageDate,
    digestId: digest.id,
    kind: digest.kind,
    sendAt,
    domain: domainOf(reader.email),
    emailKey: reader.emailKey,
    compose: () => {
      const token = tokens.seal({ digestId: digest.id, subscriberId });
      const copy = copyFor(edition, reader, { token, selection });
      const addressed = { copy, to: reader.email, messageId, date: messageDate };
      return finishDigest(draftDigest(mail, addressed), signer);
    },
  };
}

function obstacleFor(
  reader: Subscriber | undefined,
  suppressed: ReadonlySet<number>,
): string | null {
  if (!reader) return 'The reader was erased.';
  if (reader.status !== 'active') return `The reader is ${reader.status}.`;
  if (suppressed.has(reader.id)) return 'The address is suppressed.';
  return null;
}

async function findSuppressedReaders(
  { db, suppressionKey }: PrepareDeps,
  readers: readonly Reader[],
): Promise<Set<number>> {
  const hashes = new Map(
    readers.map(({ id, emailKey }) => [id, hashSuppressed(emailKey, suppressionKey)]),
  );
  const suppressed = await listSuppressed(db, [...hashes.values()]);
  if (suppressed.size === 0) return new Set();
  return new Set(
    [...hashes].filter(([, hash]) => suppressed.has(hash.toString('hex'))).map(([id]) => id),
  );
}

/** Chooses for the readers of a batch. A selection once stored stays: retries and the web view show
 *  the same papers. */
async function openChoice(
  db: Db,
  edition: OpenEdition,
  claimed: readonly ClaimedDelivery[],
  readers: ReadonlyMap<number, Reader>,
): Promise<(reader: Reader) => Selection> {
  const open = claimed.flatMap(({ subscriberId, selection }) => {
    const reader = selection === null ? readers.get(subscriberId) : undefined;
    return reader?.status === 'active' ? [reader] : [];
  });
  const seen = await listSeenPapers(
    db,
    edition.digest.id,
    open.map(({ id }) => id),
  );
  return edition.chooserFor(open, seen);
}
