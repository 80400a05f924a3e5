import type { RelayEndpoint } from '../domain/relay-url.ts';
import { openSession } from './session.ts';
import type { Session } from './session-host.ts';

/** Connects and signs in on a connection that carries nothing. `ended` rejects with the relay's problem
 *  when that failed. */
export function lookIn({
  endpoint,
  heloName,
  ca,
}: {
  endpoint: RelayEndpoint;
  heloName: string;
  ca: string | undefined;
}): { session: Session; ended: Promise<void> } {
  let hasOpened = false;
  let onEnd = (_problem: string) => {};
  const nothing = () => {};
  const session = openSession({
    endpoint,
    heloName,
    ca,
    host: {
      onOpen: () => {
        hasOpened = true;
      },
      take: () => null,
      onRest: () => session.quit(),
      onIdle: nothing,
      onReply: nothing,
      onUnsent: nothing,
      onUnknown: nothing,
      onEnd: (_session, problem) => onEnd(problem),
    },
  });
  const ended = new Promise<void>((resolve, reject) => {
    onEnd = (problem) => (hasOpened ? resolve() : reject(new Error(problem)));
  });
  return { session, ended };
}
