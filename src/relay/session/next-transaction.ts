import { buildEnvelopeCommands } from './envelope.ts';
import type { SmtpExtensions } from './extensions.ts';
import type { SessionHost } from './session-host.ts';
import { SEND_CANCELLED, type SmtpTransaction } from './smtp-transaction.ts';

/** The next message that this relay can be offered, or null when there is none. `offered` is
 *  considered first. `isPipelined`: its commands go out behind the dot of another message. */
export function takeNextTransaction(
  host: SessionHost,
  extensions: SmtpExtensions,
  { isPipelined, offered }: { isPipelined: boolean; offered?: SmtpTransaction },
): SmtpTransaction | null {
  let next = offered ?? host.takeNext(isPipelined);
  while (next && !prepareTransaction(next, extensions, host)) next = host.takeNext(isPipelined);
  return next;
}

/** Prepares a message for this relay. False when it has its outcome without being offered to it. */
function prepareTransaction(
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
  host.onAnswered(next, commands);
  return false;
}
