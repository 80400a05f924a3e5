import type { DeliveryState } from './delivery.ts';
import type { DigestKind } from './digest.ts';
import { redactAddresses } from './redact.ts';
import { retryDelayMs } from './retry.ts';
import { nextDigestAt } from './schedule.ts';
import { judgeReply, type SmtpReply } from './smtp-reply.ts';

/** What a try to send came to. The difference between `unsent` and `unknown` is the final dot: before
 *  it the relay cannot have taken the message, after it nobody can know (RFC 1047). */
export type SendOutcome =
  | { kind: 'answered'; reply: SmtpReply; relay: string }
  /** `asksForPatience`: a relay answered its commands by 421 (RFC 5321 §3.8). */
  | { kind: 'unsent'; problem: string; relay: string; asksForPatience?: boolean }
  /** No mail could be made of it: to try again would not help. */
  | { kind: 'unfit'; problem: string; relay: string }
  | { kind: 'unknown'; problem: string; relay: string };

/** What is recorded of a delivery after a try. */
export interface Settled {
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
export function settle(
  outcome: SendOutcome,
  delivery: { kind: DigestKind; sendAt: Date; attempts: number; now: Date; random: number },
): Settled {
  if (outcome.kind !== 'answered') {
    const detail = redactAddresses(outcome.problem);
    if (outcome.kind === 'unsent') return { ...putOff(delivery), detail };
    return { state: outcome.kind === 'unfit' ? 'failed' : 'unknown', detail };
  }
  const reply = describeReply(outcome.reply);
  const { verdict } = judgeReply(outcome.reply);
  if (verdict === 'accepted') return { state: 'sent', reply };
  if (verdict === 'refused') return { state: 'failed', reply };
  return { ...putOff(delivery), reply };
}

/** A reply on one line, such as `451 4.7.1 Greylisted`, without the addresses in it. */
export function describeReply({ code, enhanced, text }: SmtpReply): string {
  const words = redactAddresses(text);
  const start = enhanced === null ? String(code) : `${code} ${enhanced}`;
  return (words === '' ? start : `${start} ${words}`).slice(0, 500);
}

function putOff({ kind, sendAt, attempts, now, random }: Parameters<typeof settle>[1]): Settled {
  const nextAt = new Date(now.getTime() + retryDelayMs(attempts, random));
  return nextAt < nextDigestAt(kind, sendAt) ? { state: 'deferred', nextAt } : { state: 'expired' };
}
