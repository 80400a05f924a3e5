import type { SmtpReply } from '../domain/smtp/smtp-reply.ts';
import type { SmtpTransaction } from './smtp-transaction.ts';

/** One connection to a relay, which carries one message after the other. */
export interface SmtpSession {
  /** Takes a message; only while at rest. */
  send(transaction: SmtpTransaction): void;
  /** Counts a second. */
  tick(): void;
  /** Says goodbye; only while at rest. */
  quit(): void;
  /** Ends at once: what is behind its dot is unknown, the rest unsent. */
  end(problem: string): void;
}

/** The pool, as its sessions see it. */
export interface SessionHost {
  /** The relay let us in; the session takes messages next. */
  onOpen(session: SmtpSession): void;
  /** A message for a session that is free, or for one that may send its commands `ahead`, behind the
   *  dot of another message. */
  takeNext(isPipelined: boolean): SmtpTransaction | null;
  /** Nothing was there to take. */
  onAvailable(session: SmtpSession): void;
  /** It has rested for long enough. */
  onIdleTimeout(session: SmtpSession): void;
  onReply(transaction: SmtpTransaction, reply: SmtpReply): void;
  /** No dot was sent. `isStale`: the connection was in use before, and may have been dead already. */
  onUnsent(transaction: SmtpTransaction, problem: string, isStale: boolean): void;
  onUnknown(transaction: SmtpTransaction, problem: string): void;
  /** The last call. `isTurnedAway`: the relay ended it by 421 and had not taken a single message. */
  onEnd(session: SmtpSession, problem: string, isRefused: boolean): void;
}
