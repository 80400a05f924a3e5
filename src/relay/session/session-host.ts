import type { SmtpReply } from '../../domain/smtp/smtp-reply.ts';
import type { SmtpTransaction } from './smtp-transaction.ts';

/** Whoever opened a session. */
export interface SessionHost {
  /** The handshake has finished; the session asks for its first message next. */
  onOpen(connection: { isEncrypted: boolean; isLoopback: boolean }): void;
  /** The next message for a free session, or for one that pipelines the commands behind the dot of
   *  another message. Null when there is none. */
  takeNext(isPipelined: boolean): SmtpTransaction | null;
  /** The session is idle. */
  onIdle(): void;
  /** The session was idle for its maximum time. */
  onIdleTimeout(): void;
  onAnswered(transaction: SmtpTransaction, reply: SmtpReply): void;
  /** The dot was not sent. `isStale`: the connection was used before, and may have been dead
   *  already. */
  onUnsent(transaction: SmtpTransaction, problem: string, isStale: boolean): void;
  onUnknown(transaction: SmtpTransaction, problem: string): void;
  /** The last call. `isRefused`: the relay closed with 421 and had not accepted any message. */
  onEnded(problem: string, isRefused: boolean): void;
}
