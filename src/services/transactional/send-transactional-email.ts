import { describeReason } from '../../copy/en/reasons.ts';
import type { Db } from '../../db/client.ts';
import { countRecentMessages } from '../../db/deliveries/recent-messages.ts';
import { findLatestDigest } from '../../db/digests/digests.ts';
import { findPapersByIds } from '../../db/papers/papers.ts';
import { findSubscriber } from '../../db/subscribers/subscribers.ts';
import { findSuppression } from '../../db/subscribers/suppressions.ts';
import { listTopics } from '../../db/topics/topics.ts';
import {
  claimTransactionalEmail,
  recordTransactionalEmail,
  setTransactionalEmailPapers,
  setTransactionalEmailToken,
  type TransactionalEmail,
} from '../../db/transactional/transactional-emails.ts';
import { concludeAttempt, type SendOutcome } from '../../domain/deliveries/outcome.ts';
import { computeRetryDelayMs } from '../../domain/deliveries/retry-delay.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { hashSuppressedAddress, hashToken, type LinkTokens } from '../../domain/links/tokens.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Reason } from '../../domain/ranking/reason.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import { applySignUpRequest } from '../../domain/subscribers/sign-up-request.ts';
import type {
  Subscriber,
  SubscriberStatus,
  SuppressionReason,
} from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import {
  TRANSACTIONAL_RETRY_WINDOW_MS,
  type TransactionalKind,
} from '../../domain/transactional/transactional-email.ts';
import type { MessageIds } from '../../mail/encoding/message-id.ts';
import type { MailTemplates } from '../../mail/templates/mail-templates.ts';
import type { Sender, SiteSender } from '../../mail/templates/sender.ts';
import {
  composeTransactionalEmail,
  type TransactionalMessage,
} from '../../mail/transactional/transactional-email.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Mailer } from '../../relay/nodemailer-transport.ts';
import type { Lease } from '../deliveries/lease.ts';
import type { TermStatistics } from '../ranking/term-statistics.ts';
import { selectMissedPapers } from './select-missed-papers.ts';

export interface TransactionalDeps {
  db: Db;
  mailer: Mailer;
  templates: MailTemplates;
  sender: Sender;
  tokens: LinkTokens;
  clock: Clock;
  /** 0 to 1; spreads retries. */
  random: () => number;
  messageIds: MessageIds;
  suppressionKey: string;
  /** Keys of the only addresses that may get mail; null: anybody's may. */
  ownerKeys: ReadonlySet<string> | null;
  /** Messages in 24 hours; null: no limit. */
  dailyLimit: number | null;
  termStatistics: TermStatistics;
  lease: Pick<Lease, 'current'>;
  /** Counts each attempt by its outcome. */
  metrics: Pick<Metrics, 'countMail'>;
}

/** Delay before an e-mail that never reached a relay is tried again, in ms, at first: someone waits
 *  for it, and the relay may have been restarted. */
const MIN_UNSENT_DELAY_MS = 15_000;

const LINK_EXPIRED = 'The link expired before the e-mail could be sent.';

const LINK_USED = 'A link was used before the e-mail could be sent.';

const NOTHING_MISSED = 'No paper of the absence matches the subscriber’s preferences.';

const SUPPRESSED = 'The address is suppressed.';

const NOT_THE_OWNER = 'The address is none of OWNER_EMAIL.';

/**
 * Sends one transactional e-mail if it is due. The token of its link is derived from its id at each
 * attempt, so an e-mail that may have arrived can be sent again with the same link and Message-ID.
 * It stays pending without a site, to which its link leads, and while the daily limit is reached.
 */
export async function sendTransactionalEmail(
  deps: TransactionalDeps,
  emailId: number,
): Promise<void> {
  const { db, clock } = deps;
  const { links } = deps.sender;
  if (links === null) return;
  const sender = { ...deps.sender, links };
  const now = clock();
  if (await isDailyLimitReached(deps, now)) return;
  const claimed = await claimTransactionalEmail(db, emailId, {
    leaseId: await deps.lease.current(),
    now,
  });
  if (!claimed) return;
  try {
    await sendClaimed({ ...deps, sender }, claimed);
  } catch (error) {
    await recordTransactionalEmail(db, claimed, {
      ...toDeliveryUpdate(toOutcome(error), claimed, clock(), deps.random()),
    });
    throw error;
  }
}

/** An address that fits no header fails the e-mail. Any other error may be repaired. */
function toOutcome(error: unknown): SendOutcome {
  const isInvalid = error instanceof PaperboyError && error.code === 'UNSENDABLE_ADDRESS';
  const kind = isInvalid ? 'invalid' : 'uncomposed';
  return { kind, problem: (error as Error).message, relay: '' };
}

async function sendClaimed(
  deps: TransactionalDeps & { sender: SiteSender },
  claimed: TransactionalEmail,
): Promise<void> {
  const { db, mailer, templates, tokens, clock, messageIds, sender } = deps;
  if (claimed.expiresAt <= clock())
    return recordTransactionalEmail(db, claimed, { state: 'failed', reply: LINK_EXPIRED });
  const stored = await findSubscriber(db, claimed.subscriberId);
  if (!stored) return;
  const subscriber = applySignUpRequest(stored, claimed.signUpRequest);
  const { key } = normaliseAddress(subscriber.email);
  const suppression = await findSuppression(db, hashSuppressedAddress(key, deps.suppressionKey));
  const isOwner = deps.ownerKeys === null || deps.ownerKeys.has(key);
  const reply = isOwner ? findObstacle(claimed, subscriber, suppression) : NOT_THE_OWNER;
  if (reply !== null) return recordTransactionalEmail(db, claimed, { state: 'failed', reply });
  const email = await ensurePapers(deps, claimed);
  if (email.kind === 'return' && email.paperIds.length === 0)
    return recordTransactionalEmail(db, email, { state: 'failed', reply: NOTHING_MISSED });
  const messageId = messageIds.of({ kind: 'transactional', emailId: email.id });
  const mail = composeTransactionalEmail(templates, sender, {
    kind: email.kind,
    to: subscriber.email,
    messageId,
    date: email.sendAt,
    link: await createLink({ db, tokens, sender }, email, subscriber),
    ...(await readFacts(deps, email, subscriber)),
  });
  const { outcome } = await mailer.sendMail(mail);
  const { status } = concludeAttempt(outcome);
  if (status !== 'pending') deps.metrics.countMail('transactional', status);
  await recordTransactionalEmail(db, email, {
    ...toDeliveryUpdate(outcome, email, clock(), deps.random()),
    messageId,
  });
}

async function isDailyLimitReached(
  { db, dailyLimit }: TransactionalDeps,
  now: Date,
): Promise<boolean> {
  return dailyLimit !== null && (await countRecentMessages(db, { now })).messages >= dailyLimit;
}

/** Selects the papers of a `return` when it is first claimed: composing a digest requests the
 *  e-mails of all pauses that end, and must not wait for their papers. */
async function ensurePapers(
  deps: TransactionalDeps,
  email: TransactionalEmail,
): Promise<TransactionalEmail> {
  if (email.kind !== 'return' || email.paperIds.length > 0) return email;
  const papers = await selectMissedPapers(deps, email.subscriberId, email.requestedAt);
  await setTransactionalEmailPapers(deps.db, email.id, papers);
  const [paperIds, reasons] = [papers.map(({ id }) => id), papers.map(({ reason }) => reason)];
  return { ...email, paperIds, reasons };
}

/** Why an e-mail must no longer be sent, or null. */
function findObstacle(
  { kind, usedAt }: TransactionalEmail,
  { status }: Subscriber,
  suppression: SuppressionReason | null,
): string | null {
  if (usedAt !== null) return LINK_USED;
  const requiredStatus = REQUIRED_STATUS[kind];
  // An erased address that signs up again gets its answer; any other suppressed one gets nothing.
  if (suppression !== null && (suppression !== 'erased' || requiredStatus)) return SUPPRESSED;
  return requiredStatus === undefined || requiredStatus === status
    ? null
    : `The subscriber is ${status} now.`;
}

/** The status that an e-mail reports: once it has changed, the e-mail is out of date. */
const REQUIRED_STATUS: Partial<Record<TransactionalKind, SubscriberStatus>> = {
  welcome: 'active',
  goodbye: 'unsubscribed',
  return: 'active',
};

/** The data of the e-mail's text. */
async function readFacts(
  { db, tokens, sender }: { db: Db; tokens: LinkTokens; sender: SiteSender },
  email: TransactionalEmail,
  subscriber: Subscriber,
) {
  const { links } = sender;
  const token = tokens.seal({ kind: 'subscriber', subscriberId: subscriber.id });
  const digest = await findLatestDigest(db, subscriber.frequency === 'weekly' ? 'weekly' : 'daily');
  const topics = await listTopics(db);
  return {
    preferences: subscriber,
    topicNames: topics.flatMap(({ slug, name }) =>
      subscriber.topics.includes(slug) ? [name] : [],
    ),
    latest: digest && { ...digest, url: links.digest(digest.kind, digest.date) },
    papers: describePapers(email, await findPapersByIds(db, email.paperIds), topics),
    preferencesUrl: links.preferences(token),
    examplesUrl: links.examples(token),
    libraryUrl: links.library(token),
    unsubscribeUrl: links.unsubscribe(token),
  };
}

/** The papers that are still stored, each with its reason. */
function describePapers(
  { paperIds, reasons }: TransactionalEmail,
  papers: readonly TopicPaper[],
  topics: readonly Topic[],
): TransactionalMessage['papers'] {
  const topicNames = new Map(topics.map(({ slug, name }) => [slug, name]));
  return papers.map((paper) => {
    const reason = reasons[paperIds.indexOf(paper.id)] ?? NO_REASON;
    const slugs = paper.topics.map(({ slug }) => slug);
    return { paper, reason: describeReason(reason, slugs, { period: 'pause', topicNames }) };
  });
}

const NO_REASON: Reason = { remark: null, match: { kind: 'none' } };

const LINK_BY_KIND: Record<TransactionalKind, (sender: SiteSender, token: string) => string> = {
  confirm: ({ links }, token) => links.confirm(token),
  preferences: ({ links }, token) => links.preferences(token),
  export: ({ links }, token) => links.exportData(token),
  erase: ({ links }, token) => links.eraseData(token),
  welcome: ({ links }, token) => links.preferences(token),
  goodbye: ({ links }, token) => links.confirm(token),
  return: ({ links }, token) => links.preferences(token),
};

/** Kinds with a link of the subscriber, which does not expire, instead of one of the e-mail. */
const KINDS_WITH_LASTING_LINK: ReadonlySet<TransactionalKind> = new Set([
  'preferences',
  'welcome',
  'return',
]);

async function createLink(
  { db, tokens, sender }: { db: Db; tokens: LinkTokens; sender: SiteSender },
  email: TransactionalEmail,
  subscriber: Subscriber,
): Promise<string> {
  if (KINDS_WITH_LASTING_LINK.has(email.kind)) {
    const token = tokens.seal({ kind: 'subscriber', subscriberId: subscriber.id });
    return LINK_BY_KIND[email.kind](sender, token);
  }
  const token = tokens.sealTransactional(email.id);
  await setTransactionalEmailToken(db, email.id, hashToken(token));
  return LINK_BY_KIND[email.kind](sender, token);
}

function toDeliveryUpdate(
  outcome: SendOutcome,
  email: TransactionalEmail,
  now: Date,
  random: number,
) {
  const { status, text: reply } = concludeAttempt(outcome);
  if (status === 'sent') return { state: status, sentAt: now, reply };
  const nextAt = new Date(now.getTime() + computeDelayMs(outcome, email.attempts, random));
  const endsAt = Math.min(
    email.expiresAt.getTime(),
    email.requestedAt.getTime() + TRANSACTIONAL_RETRY_WINDOW_MS,
  );
  if (status === 'failed' || nextAt.getTime() >= endsAt) return { state: 'failed' as const, reply };
  // An unknown one is sent again too: a second confirmation e-mail is better than none.
  return { state: 'pending' as const, nextAt, reply };
}

function computeDelayMs({ kind }: SendOutcome, attempts: number, random: number): number {
  if (kind === 'cancelled') return 0;
  const delayMs = computeRetryDelayMs(attempts, random);
  return kind === 'unsent' ? Math.min(delayMs, MIN_UNSENT_DELAY_MS * 2 ** (attempts - 1)) : delayMs;
}
