import type { DigestKind } from '../digests/digest.ts';
import { classifyReply, type SmtpReply } from '../smtp/smtp-reply.ts';
import { redactAddresses } from '../text/redact.ts';
import { getNextDigestTime } from '../time/schedule.ts';
import type { DeliveryState } from './delivery.ts';
import { computeRetryDelayMs } from './retry-delay.ts';

/** What a try to send came to. The difference between `unsent` and `unknown` is the final dot: before
 *  it the relay cannot have taken the message, after it nobody can know (RFC 1047). */
export type SendOutcome =
  | { kind: 'answered'; reply: SmtpReply; relay: string }
  /** `requestsBackoff`: a relay answered its commands by 421 (RFC 5321 §3.8). */
  | { kind: 'unsent'; problem: string; relay: string; requestsBackoff?: boolean }
  /** No mail could be made of it: to try again would not help. */
  | { kind: 'unfit'; problem: string; relay: string }
  | { kind: 'unknown'; problem: string; relay: string };

/** What is recorded of a delivery after a try. */
export interface DeliveryResult {
  state: Extract<DeliveryState, 'sent' | 'deferred' | 'failed' | 'unknown' | 'expired'>;
  nextAt?: Date;
  reply?: string;
  detail?: string;
}

/**
 * The state that follows a try. What the relay puts off, or could not be given, is tried again with
 * growing delay until the reader's next digest is due, then `expired`; what is unknown is held, never
 * sent again by itself.
 */
export function decideDeliveryResult(
  outcome: SendOutcome,
  delivery: { kind: DigestKind; sendAt: Date; attempts: number; now: Date; random: number },
): DeliveryResult {
  if (outcome.kind !== 'answered') {
    const detail = redactAddresses(outcome.problem);
    if (outcome.kind === 'unsent') return { ...deferOrExpire(delivery), detail };
    return { state: outcome.kind === 'unfit' ? 'failed' : 'unknown', detail };
  }
  const reply = formatReply(outcome.reply);
  const { replyClass } = classifyReply(outcome.reply);
  if (replyClass === 'accepted') return { state: 'sent', reply };
  if (replyClass === 'refused') return { state: 'failed', reply };
  return { ...deferOrExpire(delivery), reply };
}

/** A reply on one line, such as `451 4.7.1 Greylisted`, without the addresses in it. */
export function formatReply({ code, enhanced, text }: SmtpReply): string {
  const redactedText = redactAddresses(text);
  const codes = enhanced === null ? String(code) : `${code} ${enhanced}`;
  return (redactedText === '' ? codes : `${codes} ${redactedText}`).slice(0, 500);
}

function deferOrExpire({
  kind,
  sendAt,
  attempts,
  now,
  random,
}: Parameters<typeof decideDeliveryResult>[1]): DeliveryResult {
  const nextAt = new Date(now.getTime() + computeRetryDelayMs(attempts, random));
  return nextAt < getNextDigestTime(kind, sendAt)
    ? { state: 'deferred', nextAt }
    : { state: 'expired' };
}
