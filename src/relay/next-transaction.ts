import { buildEnvelopeCommands } from './envelope.ts';
import type { SmtpExtensions } from './extensions.ts';
import type { SessionHost } from './session-host.ts';
import { SEND_CANCELLED, type SmtpTransaction } from './smtp-transaction.ts';

/** The next message for a session that is free, or for one that may send its commands `ahead`, behind the
 *  dot of another message. Null when there is none. */
export function takeNextTransaction(
  host: SessionHost,
  extensions: SmtpExtensions,
  { ahead: isPipelined }: { ahead: boolean },
): SmtpTransaction | null {
  let next = host.takeNext(isPipelined);
  while (next && !prepareTransaction(next, extensions, host)) next = host.takeNext(isPipelined);
  return next;
}

/** Prepares a message for this relay; false when it came to nothing before the relay heard of it. */
export function prepareTransaction(
  next: SmtpTransaction,
  extensions: SmtpExtensions,
  host: SessionHost,
): boolean {
  if (!next.maySend()) {
    host.onUnsent(next, SEND_CANCELLED, false);
    return false;
  }
  const commands = buildEnvelopeCommands(next.message, extensions);
  if ('mail' in commands) {
    next.commands = commands;
    return true;
  }
  host.onReply(next, commands);
  return false;
}
