import type { SendOutcome } from '../../domain/deliveries/outcome.ts';
import type { Message } from '../../domain/smtp/message.ts';
import type { EnvelopeCommands } from './envelope.ts';

/** A message to be sent, and the promise of its outcome. */
export interface SmtpTransaction {
  message: Message;
  /** Asked before the first command and before the final dot, since minutes may pass in between. */
  maySend(): boolean;
  resolve(outcome: SendOutcome): void;
  /** Index of the relay that has it or gets it next. */
  relayIndex: number;
  /** Whether it met a dead connection and was queued again. */
  isRetried: boolean;
  /** Whether a relay replied 421 to a command that follows MAIL, before its dot. */
  isBackoffRequested: boolean;
  /** Whether room for it is reserved at this relay. */
  hasSlot: boolean;
  /** Whether it is recorded as being sent, so that it must not wait long before it begins. */
  mustBeginSoon: boolean;
  /** When it began to wait for a connection, on the pool's own clock. */
  queuedAtSeconds: number;
  /** In the form for the current relay. */
  commands: EnvelopeCommands;
}

/** The problem of a message whose `maySend` returned false. */
export const SEND_CANCELLED = 'Sending was cancelled.';
