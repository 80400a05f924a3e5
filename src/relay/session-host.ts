import type { SmtpReply } from '../domain/smtp/smtp-reply.ts';
import type { SmtpTransaction } from './smtp-transaction.ts';

/** One connection to a relay, which sends one message after the other. */
export interface SmtpSession {
  /** Sends a message; only while idle. */
  send(transaction: SmtpTransaction): void;
  /** To be called once a second. */
  tick(): void;
  /** Sends QUIT; only while idle. */
  quit(): void;
  /** Closes at once: a message whose dot was sent is `unknown`, others are `unsent`. */
  end(problem: string): void;
}

/** The pool, as far as its sessions need it. */
export interface SessionHost {
  /** The handshake has finished; the session takes messages next. */
  onOpen(session: SmtpSession): void;
  /** The next message for a free session, or for one that pipelines the commands behind the dot of
   *  another message. Null when there is none. */
  takeNext(isPipelined: boolean): SmtpTransaction | null;
  /** The session is idle. */
  onAvailable(session: SmtpSession): void;
  /** The session was idle for its maximum time. */
  onIdleTimeout(session: SmtpSession): void;
  onReply(transaction: SmtpTransaction, reply: SmtpReply): void;
  /** The dot was not sent. `isStale`: the connection was used before, and may have been dead
   *  already. */
  onUnsent(transaction: SmtpTransaction, problem: string, isStale: boolean): void;
  onUnknown(transaction: SmtpTransaction, problem: string): void;
  /** The last call. `isRefused`: the relay closed with 421 and had not accepted any message. */
  onEnd(session: SmtpSession, problem: string, isRefused: boolean): void;
}
