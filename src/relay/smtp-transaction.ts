import type { SendOutcome } from '../domain/deliveries/outcome.ts';
import type { Message } from '../domain/smtp/message.ts';
import type { EnvelopeCommands } from './envelope.ts';

/** A message on its way, and who waits for what comes of it. */
export interface SmtpTransaction {
  message: Message;
  /** Asked before the first command and before the dot: a message may wait for long in between. */
  maySend(): boolean;
  resolve(outcome: SendOutcome): void;
  /** The relay that has it or gets it next, by its place in the list. */
  relayIndex: number;
  /** Whether it met a dead connection, and was put back. */
  isRetried: boolean;
  /** A relay said 421 to it before its dot. */
  isBackoffRequested: boolean;
  /** As the relay in hand wants them. */
  commands: EnvelopeCommands;
}

/** What is said of a message that may not go any more. */
export const SEND_CANCELLED = 'The mail was called back before it left.';
