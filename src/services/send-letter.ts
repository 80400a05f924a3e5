import type { Db } from '../db/client.ts';
import { claimLetter, type Letter, recordLetter, setLetterToken } from '../db/letters.ts';
import { findSubscriber } from '../db/subscribers.ts';
import { findSuppression } from '../db/suppressions.ts';
import { normaliseAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import type { LetterKind } from '../domain/letter.ts';
import { describeReply, type SendOutcome } from '../domain/outcome.ts';
import { redactAddresses } from '../domain/redact.ts';
import { retryDelayMs } from '../domain/retry.ts';
import { judgeReply } from '../domain/smtp-reply.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { hashSuppressed, hashToken, type Tokens } from '../domain/tokens.ts';
import { composeLetter } from '../mail/letters.ts';
import type { MessageIds } from '../mail/message-id.ts';
import type { Sender } from '../mail/sender.ts';
import type { MailTemplates } from '../mail/templates.ts';
import type { Mailer } from '../relay/nodemailer-transport.ts';

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
}

/** How long a worker may take over a letter before another one tries, in ms. */
const CLAIM_MS = 120_000;

/** A link that has ended is no use to anybody. */
const TOO_LATE = 'The link ended before the letter could be sent.';

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
  const letter = await claimLetter(db, letterId, now, new Date(now.getTime() + CLAIM_MS));
  if (!letter) return;
  if (letter.expiresAt <= now)
    return recordLetter(db, letter.id, { state: 'failed', reply: TOO_LATE });
  const subscriber = await findSubscriber(db, letter.subscriberId);
  if (!subscriber) return;
  const { key } = normaliseAddress(subscriber.email);
  const suppression = await findSuppression(db, hashSuppressed(key, deps.suppressionKey));
  if (suppression !== null && suppression !== 'erased')
    return recordLetter(db, letter.id, { state: 'failed', reply: SUPPRESSED });
  const messageId = messageIds(NO_DIGEST, letter.id);
  const mail = composeLetter(templates, sender, {
    kind: letter.kind,
    to: subscriber.email,
    messageId,
    date: letter.requestedAt,
    link: await linkFor({ db, tokens, sender }, letter, subscriber),
    preferences: subscriber,
  });
  const { outcome } = await mailer.sendMail(mail);
  await recordLetter(db, letter.id, {
    ...settleLetter(outcome, letter, clock(), deps.random()),
    messageId,
  });
}

const LINKS: Record<LetterKind, (sender: Sender, token: string) => string> = {
  confirm: ({ links }, token) => links.confirm(token),
  preferences: ({ links }, token) => links.preferences(token),
  export: ({ links }, token) => links.exportData(token),
  erase: ({ links }, token) => links.eraseData(token),
};

async function linkFor(
  { db, tokens, sender }: { db: Db; tokens: Tokens; sender: Sender },
  letter: Letter,
  subscriber: Subscriber,
): Promise<string> {
  if (letter.kind === 'preferences') {
    return LINKS.preferences(sender, tokens.seal({ digestId: 0, subscriberId: subscriber.id }));
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
  if (verdict === 'refused' || nextAt >= letter.expiresAt)
    return { state: 'failed' as const, reply };
  return { state: 'pending' as const, nextAt, reply };
}
