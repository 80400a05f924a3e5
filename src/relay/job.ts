import type { Message } from '../domain/message.ts';
import type { SendOutcome } from '../domain/outcome.ts';
import type { Commands } from './envelope.ts';

/** A message on its way, and who waits for what comes of it. */
export interface Job {
  message: Message;
  /** Asked before the first command and before the dot: a message may wait for long in between. */
  mayGo(): boolean;
  resolve(outcome: SendOutcome): void;
  /** The relay that has it or gets it next, by its place in the list. */
  relay: number;
  /** Whether it met a dead connection, and was put back. */
  isSecondTry: boolean;
  /** A relay said 421 to it before its dot. */
  asksForPatience: boolean;
  /** As the relay in hand wants them. */
  commands: Commands;
}

/** What is said of a message that may not go any more. */
export const CALLED_BACK = 'The mail was called back before it left.';
