import type { RelayEndpoint } from '../domain/smtp/relay-url.ts';
import { openSmtpSession } from './session.ts';
import type { SmtpSession } from './session-host.ts';

/** Connects and signs in on a connection that carries nothing. `ended` rejects with the relay's problem
 *  when that failed. */
export function openProbeSession({
  endpoint,
  heloName,
  ca,
}: {
  endpoint: RelayEndpoint;
  heloName: string;
  ca: string | undefined;
}): { session: SmtpSession; ended: Promise<void> } {
  let hasOpened = false;
  let onEnd = (_problem: string) => {};
  const ignore = () => {};
  const session = openSmtpSession({
    endpoint,
    heloName,
    ca,
    host: {
      onOpen: () => {
        hasOpened = true;
      },
      takeNext: () => null,
      onAvailable: () => session.quit(),
      onIdleTimeout: ignore,
      onReply: ignore,
      onUnsent: ignore,
      onUnknown: ignore,
      onEnd: (_session, problem) => onEnd(problem),
    },
  });
  const closed = new Promise<void>((resolve, reject) => {
    onEnd = (problem) => (hasOpened ? resolve() : reject(new Error(problem)));
  });
  return { session, ended: closed };
}
