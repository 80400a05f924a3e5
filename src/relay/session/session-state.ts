import type { RelayEndpoint } from '../../domain/smtp/relay-url.ts';
import type { SmtpReply } from '../../domain/smtp/smtp-reply.ts';
import type { ConnectionEvent } from './connection.ts';
import { NO_EXTENSIONS } from './extensions.ts';
import type { HandshakeFacts } from './handshake.ts';
import type { SmtpTransaction } from './smtp-transaction.ts';
import { STAGES, type StageName } from './stages.ts';

/** One connection to a relay, as far as its next step depends on it. */
export interface SessionState extends HandshakeFacts {
  phase: StageName;
  /** How long the phase has lasted. */
  waitedSeconds: number;
  greetingTimeoutSeconds: number;
  hasEnded: boolean;
  /** Whether it was idle or had a reply to a message: it may have died unnoticed since. */
  isStale: boolean;
  /** The message being sent; null also while the remaining replies to a refused one are awaited. */
  transaction: SmtpTransaction | null;
  /** The message whose commands were sent behind the dot of `transaction`. */
  pipelined: SmtpTransaction | null;
  /** How long `pipelined` has waited for the reply to that dot. */
  pipelinedWaitSeconds: number;
  /** Whether a pipelined message was given back after its commands were sent. Its DATA will be
   *  accepted, so this connection may send no further dot. */
  isPipelinedAbandoned: boolean;
  isMailFromAccepted: boolean;
  hasAcceptedMessage: boolean;
  /** Whether the relay replied 421: it closes the connection (RFC 5321 §3.8). */
  isServiceClosing: boolean;
}

/** What happens to a session. */
export type SessionEvent =
  | ConnectionEvent
  /** A message for the idle session, or the answer to `requestNext`; null when there is none. */
  | { kind: 'next'; transaction: SmtpTransaction | null }
  /** The system has taken the bytes of a block. `isWhole`: it was the last one of the message.
   *  `maySend`: whether the message may still be sent. */
  | { kind: 'written'; isWhole: boolean; maySend: boolean }
  /** A second has passed. */
  | { kind: 'tick' }
  /** Say goodbye; only while idle. */
  | { kind: 'quit' }
  /** Close at once. */
  | { kind: 'end'; problem: string };

/** What the shell of a session does, in this order. */
export type SessionCommand =
  | { kind: 'write'; line: string }
  | { kind: 'writeBody'; transaction: SmtpTransaction }
  | { kind: 'writeBlock' }
  | { kind: 'startTls' }
  | { kind: 'close' }
  /** The handshake has finished. */
  | { kind: 'open' }
  /** `isPipelined`: for the commands behind the dot of the message before. */
  | { kind: 'requestNext'; isPipelined: boolean }
  | { kind: 'idle' }
  | { kind: 'idleTimeout' }
  | { kind: 'answered'; transaction: SmtpTransaction; reply: SmtpReply }
  | { kind: 'unsent'; transaction: SmtpTransaction; problem: string; isStale: boolean }
  | { kind: 'unknown'; transaction: SmtpTransaction; problem: string }
  /** The last command. `isRefused`: the relay closed with 421 and had not accepted any message. */
  | { kind: 'ended'; problem: string; isRefused: boolean };

/** The state of a session whose connection is being opened.
 *  @defaultValue greetingTimeoutSeconds 300 s (RFC 5321 §4.5.3.2.1) */
export function createSessionState({
  endpoint,
  heloName,
  greetingTimeoutSeconds = STAGES.greeting.timeoutSeconds,
}: {
  endpoint: RelayEndpoint;
  heloName: string;
  greetingTimeoutSeconds?: number;
}): SessionState {
  return {
    endpoint,
    heloName,
    greetingTimeoutSeconds,
    phase: 'connect',
    waitedSeconds: 0,
    isEncrypted: false,
    isLoopback: false,
    extensions: NO_EXTENSIONS,
    hasEnded: false,
    isStale: false,
    transaction: null,
    pipelined: null,
    pipelinedWaitSeconds: 0,
    isPipelinedAbandoned: false,
    isMailFromAccepted: false,
    hasAcceptedMessage: false,
    isServiceClosing: false,
  };
}
