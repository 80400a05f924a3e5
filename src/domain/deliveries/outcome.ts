import { classifyReply, type ReplyClass, type SmtpReply } from '../smtp/smtp-reply.ts';
import { redactAddresses } from '../text/redact.ts';
import type { DeliveryState } from './delivery.ts';
import { computeRetryDelayMs } from './retry-delay.ts';

/** How an attempt to send a mail ended. The final dot separates `unsent` from `unknown`: before it
 *  the relay cannot have taken the message, after it nobody can tell (RFC 1047). */
export type SendOutcome =
  | { kind: 'answered'; reply: SmtpReply; relay: string }
  /** `requestsBackoff`: a relay answered a command that follows MAIL with 421 (RFC 5321 §3.8). */
  | { kind: 'unsent'; problem: string; relay: string; requestsBackoff?: boolean }
  /** We gave the message up before its final dot, for no fault of it or of a relay: the lease has
   *  ended, the process stops, or no connection or permit was free in time. */
  | { kind: 'cancelled'; problem: string; relay: string }
  /** No mail can be addressed to the recipient, and no retry would change that. */
  | { kind: 'invalid'; problem: string; relay: string }
  /** The mail could not be composed, which is a fault of the installation. */
  | { kind: 'uncomposed'; problem: string; relay: string }
  | { kind: 'unknown'; problem: string; relay: string };

/** What an outcome means for any kind of mail. */
interface AttemptConclusion {
  /** `pending` is due at once, `deferred` may be retried later, `failed` is given up, `unknown` may
   *  have arrived. */
  status: Extract<DeliveryState, 'pending' | 'sent' | 'deferred' | 'failed' | 'unknown'>;
  /** The relay's reply, or the problem when there was none. Addresses are redacted. */
  text: string;
}

const STATUS_BY_REPLY_CLASS = {
  accepted: 'sent',
  retry: 'deferred',
  refused: 'failed',
} as const satisfies Record<ReplyClass, AttemptConclusion['status']>;

const STATUS_BY_KIND = {
  unsent: 'deferred',
  cancelled: 'pending',
  invalid: 'failed',
  uncomposed: 'deferred',
  unknown: 'unknown',
} as const satisfies Record<Exclude<SendOutcome['kind'], 'answered'>, AttemptConclusion['status']>;

/** Concludes from the outcome of an attempt; the same for digests, transactional and alert
 *  e-mails. */
export function concludeAttempt(outcome: SendOutcome): AttemptConclusion {
  if (outcome.kind !== 'answered')
    return { status: STATUS_BY_KIND[outcome.kind], text: redactAddresses(outcome.problem) };
  const { replyClass } = classifyReply(outcome.reply);
  return { status: STATUS_BY_REPLY_CLASS[replyClass], text: formatReply(outcome.reply) };
}

/** What is recorded of a delivery after an attempt. */
interface DeliveryResult {
  state: Extract<DeliveryState, 'pending' | 'sent' | 'deferred' | 'failed' | 'unknown' | 'expired'>;
  nextAt?: Date;
  /** What the relay answered. */
  reply?: string;
  /** Why it is in this state, when the reply does not say so. */
  detail?: string;
}

/**
 * Returns the state of a delivery after an attempt. A cancelled mail is pending again and due at
 * once: nobody refused or delayed it, so that nothing of the attempt counts but its number. A
 * deferred or unsent one is retried with growing delay until it expires, when the subscriber's next
 * digest is due. An unknown one is held and never sent again automatically: it may have arrived.
 */
export function decideDeliveryResult(
  outcome: SendOutcome,
  delivery: { expiresAt: Date; attempts: number; now: Date; random: number },
): DeliveryResult {
  const { expiresAt, attempts, now, random } = delivery;
  const { status, text } = concludeAttempt(outcome);
  if (status === 'pending') return { state: status, nextAt: now };
  const evidence: Pick<DeliveryResult, 'reply' | 'detail'> =
    outcome.kind === 'answered' ? { reply: text } : { detail: text };
  if (status !== 'deferred') return { state: status, ...evidence };
  const nextAt = new Date(now.getTime() + computeRetryDelayMs(attempts, random));
  if (nextAt < expiresAt) return { state: 'deferred', nextAt, ...evidence };
  return { state: 'expired', ...evidence };
}

/** Formats a reply on one line, such as `451 4.7.1 Greylisted`, with addresses redacted. */
export function formatReply({ code, enhanced, text }: SmtpReply): string {
  const redactedText = redactAddresses(text);
  const codes = enhanced === null ? String(code) : `${code} ${enhanced}`;
  return (redactedText === '' ? codes : `${codes} ${redactedText}`).slice(0, 500);
}
