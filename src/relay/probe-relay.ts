import { parseRelayUrl } from '../domain/smtp/relay-url.ts';
import { connectBySocket } from './session/connection.ts';
import { openSmtpSession } from './session/session.ts';
import { realTimers, type Timers } from './timers.ts';

/** The result of a probe. */
export interface RelayProbeResult {
  /** `host:port`. */
  relay: string;
  /** Why the relay could not be used, as a sentence without a secret; null when it could. */
  problem: string | null;
  isEncrypted: boolean;
  isAuthenticated: boolean;
  isLoopback: boolean;
}

/**
 * Connects to the relay of `url`, authenticates when the URL has a password, and quits without
 * sending mail. Never rejects; a relay that takes longer than `timeoutMs` has a problem.
 * @throws RangeError for an invalid URL.
 */
export async function probeRelay(
  url: string,
  options: { heloName: string; timeoutMs: number; ca?: string; timers?: Timers },
): Promise<RelayProbeResult> {
  const { heloName, timeoutMs, ca, timers = realTimers } = options;
  const endpoint = parseRelayUrl(url);
  const { name: relay, credentials } = endpoint;
  return new Promise((resolve) => {
    const session = openSmtpSession({
      endpoint,
      heloName,
      connect: connectBySocket(ca),
      host: {
        onOpen: ({ isEncrypted, isLoopback }) =>
          resolve({
            ...{ relay, problem: null, isEncrypted, isLoopback },
            isAuthenticated: credentials !== null,
          }),
        takeNext: () => null,
        onIdle: () => session.quit(),
        onIdleTimeout: () => undefined,
        onAnswered: () => undefined,
        onUnsent: () => undefined,
        onUnknown: () => undefined,
        // Without effect once the handshake has finished.
        onEnded: (problem) => {
          stopWaiting();
          resolve({
            ...{ relay, problem, isEncrypted: false },
            ...{ isAuthenticated: false, isLoopback: false },
          });
        },
      },
    });
    const stopWaiting = timers.every(timeoutMs, () =>
      session.end(`${relay} did not complete the SMTP handshake within ${timeoutMs / 1000} s.`),
    );
  });
}
