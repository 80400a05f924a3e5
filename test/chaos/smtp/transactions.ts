import type { SmtpStage } from './faults.ts';

/** What the SMTP server saw of one attempt to send a message, from RCPT on. */
export interface SmtpTransaction {
  recipient: string;
  /** The listener of the connection: each worker has its own. */
  listenerIndex: number;
  /** When RCPT was handled, in ms. */
  at: number;
  /** Null until the message is complete. */
  messageId: string | null;
  /** The token of the unsubscribe link, if it has one. */
  token: string | null;
  /** A hash of the message; null until it is complete. */
  hash: string | null;
  /** When the message was recorded as accepted, in ms, or null. */
  acceptedAt: number | null;
  /** The last reply that was sent about the message: a refusal, or the 250 at the end. */
  reply: string | null;
  /** The stage at which the server closed the connection or fell silent, or null. */
  cutAt: SmtpStage | null;
}

/** Stages at which the client may have written the final dot: only then may it not know. */
const AFTER_BODY: readonly (SmtpStage | null)[] = ['body', 'dot', 'accepted'];

/** Whether the server accepted or may have accepted the message and said nothing. */
export function isUnanswered({ cutAt }: SmtpTransaction): boolean {
  return AFTER_BODY.includes(cutAt);
}

const RCPT = /RCPT TO:<([^>\r\n]{1,320})>/gi;

/** The longest command line that counts, in characters. */
const TAIL = 400;

/**
 * Finds the recipients in the bytes of a connection as they arrive. With PIPELINING the commands of
 * the next message arrive while the server still handles the one before.
 */
export function createRecipientScanner(onRecipient: (recipient: string) => void) {
  let tail = '';
  return (chunk: Buffer) => {
    const text = tail + chunk.toString('latin1');
    for (const match of text.matchAll(RCPT)) {
      const isNew = match.index + match[0].length > tail.length;
      if (isNew && match[1] !== undefined) onRecipient(match[1]);
    }
    tail = text.slice(-TAIL);
  };
}
