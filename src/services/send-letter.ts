import type { Db } from '../db/client.ts';
import { latestDigest } from '../db/digests.ts';
import {
  claimLetter,
  type Letter,
  recordLetter,
  setLetterPapers,
  setLetterToken,
} from '../db/letters.ts';
import { findPapers } from '../db/papers.ts';
import { findSubscriber } from '../db/subscribers.ts';
import { findSuppression } from '../db/suppressions.ts';
import { listTopics } from '../db/topics.ts';
import { normaliseAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { LETTER_PATIENCE_MS, type LetterKind } from '../domain/letter.ts';
import { describeReply, type SendOutcome } from '../domain/outcome.ts';
import { redactAddresses } from '../domain/redact.ts';
import { retryDelayMs } from '../domain/retry.ts';
import { judgeReply } from '../domain/smtp-reply.ts';
import type { Subscriber, SubscriberStatus, SuppressionReason } from '../domain/subscriber.ts';
import { hashSuppressed, hashToken, type Tokens } from '../domain/tokens.ts';
import { composeLetter } from '../mail/letters.ts';
import type { MessageIds } from '../mail/message-id.ts';
import type { Sender } from '../mail/sender.ts';
import type { MailTemplates } from '../mail/templates.ts';
import type { Mailer } from '../relay/nodemailer-transport.ts';
import { bestOfAbsence } from './support/best-of-absence.ts';
import type { TermStatistics } from './support/term-statistics.ts';

export interface LetterDeps {
  db: Db;
  mailer: Mailer;
  templates: MailTemplates;
  sender: Sender;
  tokens: Tokens;
  clock: Clock;
  /** 0 to 1; spreads retries. */
  random: () => number;
  messageIds: MessageIds;
  suppressionKey: string;
  termStatistics: TermStatistics;
}

/** How long a worker may take over a letter before another one tries, in ms. */
const CLAIM_MS = 120_000;

/** A link that has ended is no use to anybody. */
const TOO_LATE = 'The link ended before the letter could be sent.';

const NOTHING_MISSED = 'No paper of the absence matches what the reader follows.';

const SUPPRESSED = 'The address is suppressed.';

/** Letters share the Message-ID scheme of deliveries; no digest has this id. */
const NO_DIGEST = 0;

/**
 * Sends one letter if it is still to be sent. Its link's token is made again from the letter's id at
 * each try, so a letter that may have arrived can be sent again, with the same link and Message-ID.
 */
export async function sendLetter(deps: LetterDeps, letterId: number): Promise<void> {
  const { db, mailer, templates, sender, tokens, clock, messageIds } = deps;
  const now = clock();
  const claimed = await claimLetter(db, letterId, now, new Date(now.getTime() + CLAIM_MS));
  if (!claimed) return;
  if (claimed.expiresAt <= now)
    return recordLetter(db, claimed.id, { state: 'failed', reply: TOO_LATE });
  const subscriber = await findSubscriber(db, claimed.subscriberId);
  if (!subscriber) return;
  const { key } = normaliseAddress(subscriber.email);
  const suppression = await findSuppression(db, hashSuppressed(key, deps.suppressionKey));
  const reply = obstacleFor(claimed, subscriber, suppression);
  if (reply !== null) return recordLetter(db, claimed.id, { state: 'failed', reply });
  const letter = await withPapers(deps, claimed);
  if (letter.kind === 'return' && letter.paperIds.length === 0)
    return recordLetter(db, letter.id, { state: 'failed', reply: NOTHING_MISSED });
  const messageId = messageIds(NO_DIGEST, letter.id);
  const mail = composeLetter(templates, sender, {
    kind: letter.kind,
    to: subscriber.email,
    messageId,
    date: letter.requestedAt,
    link: await linkFor({ db, tokens, sender }, letter, subscriber),
    ...(await factsFor(deps, letter, subscriber)),
  });
  const { outcome } = await mailer.sendMail(mail);
  await recordLetter(db, letter.id, {
    ...settleLetter(outcome, letter, clock(), deps.random()),
    messageId,
  });
}

/** What a `return` brings is chosen when it is first taken in hand: composing asks for all of them at
 *  once, and must not wait. */
async function withPapers(deps: LetterDeps, letter: Letter): Promise<Letter> {
  if (letter.kind !== 'return' || letter.paperIds.length > 0) return letter;
  const paperIds = await bestOfAbsence(deps, letter.subscriberId, letter.requestedAt);
  await setLetterPapers(deps.db, letter.id, paperIds);
  return { ...letter, paperIds };
}

/** Why a letter is not to be sent any more, or null. */
function obstacleFor(
  { kind }: Letter,
  { status }: Subscriber,
  suppression: SuppressionReason | null,
): string | null {
  const wanted = STATUS_TO_TELL_OF[kind];
  // Whoever asks anew after being erased is answered; nobody else who is suppressed gets anything.
  if (suppression !== null && (suppression !== 'erased' || wanted)) return SUPPRESSED;
  return wanted === undefined || wanted === status ? null : `The reader is ${status} by now.`;
}

/** A letter that tells of a status comes too late once there is another. */
const STATUS_TO_TELL_OF: Partial<Record<LetterKind, SubscriberStatus>> = {
  welcome: 'active',
  goodbye: 'unsubscribed',
  return: 'active',
};

/** What the letter says besides its link. */
async function factsFor({ db, tokens, sender }: LetterDeps, letter: Letter, reader: Subscriber) {
  const { links } = sender;
  const token = tokens.seal({ digestId: 0, subscriberId: reader.id });
  const digest = await latestDigest(db, reader.frequency === 'weekly' ? 'weekly' : 'daily');
  const topics = await listTopics(db);
  return {
    preferences: reader,
    topicNames: topics.flatMap(({ slug, name }) => (reader.topics.includes(slug) ? [name] : [])),
    latest: digest && { ...digest, url: links.digest(digest.kind, digest.date) },
    papers: await findPapers(db, letter.paperIds),
    preferencesUrl: links.preferences(token),
    unsubscribeUrl: links.unsubscribe(token),
  };
}

const LINKS: Record<LetterKind, (sender: Sender, token: string) => string> = {
  confirm: ({ links }, token) => links.confirm(token),
  preferences: ({ links }, token) => links.preferences(token),
  export: ({ links }, token) => links.exportData(token),
  erase: ({ links }, token) => links.eraseData(token),
  welcome: ({ links }, token) => links.preferences(token),
  goodbye: ({ links }, token) => links.confirm(token),
  return: ({ links }, token) => links.preferences(token),
};

/** Their links are those of the reader, not of the letter, and do not end. */
const WITH_LASTING_LINK: ReadonlySet<LetterKind> = new Set(['preferences', 'welcome', 'return']);

async function linkFor(
  { db, tokens, sender }: { db: Db; tokens: Tokens; sender: Sender },
  letter: Letter,
  subscriber: Subscriber,
): Promise<string> {
  if (WITH_LASTING_LINK.has(letter.kind)) {
    const token = tokens.seal({ digestId: 0, subscriberId: subscriber.id });
    return LINKS[letter.kind](sender, token);
  }
  const token = tokens.sealLetter(letter.id);
  await setLetterToken(db, letter.id, hashToken(token));
  return LINKS[letter.kind](sender, token);
}

function settleLetter(outcome: SendOutcome, letter: Letter, now: Date, random: number) {
  const reply =
    outcome.kind === 'answered' ? describeReply(outcome.reply) : redactAddresses(outcome.problem);
  const verdict = outcome.kind === 'answered' ? judgeReply(outcome.reply).verdict : 'retry';
  if (verdict === 'accepted') return { state: 'sent' as const, sentAt: now, reply };
  const nextAt = new Date(now.getTime() + retryDelayMs(letter.attempts, random));
  const endsAt = Math.min(
    letter.expiresAt.getTime(),
    letter.requestedAt.getTime() + LETTER_PATIENCE_MS,
  );
  if (verdict === 'refused' || nextAt.getTime() >= endsAt)
    return { state: 'failed' as const, reply };
  return { state: 'pending' as const, nextAt, reply };
}
