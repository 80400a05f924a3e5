import { parseRelayUrl } from '../domain/smtp/relay-url.ts';
import { openSmtpConnection } from './connection.ts';
import { performHandshake } from './handshake.ts';

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
  { heloName, timeoutMs, ca }: { heloName: string; timeoutMs: number; ca?: string },
): Promise<RelayProbeResult> {
  const endpoint = parseRelayUrl(url);
  const { name: relay, credentials } = endpoint;
  const connection = openSmtpConnection(endpoint, ca);
  const timeoutProblem = `${relay} did not complete the SMTP handshake within ${timeoutMs / 1000} s.`;
  const timer = setTimeout(() => connection.end(timeoutProblem), timeoutMs);
  try {
    await performHandshake(connection, endpoint, heloName);
    const isEncrypted = connection.isEncrypted();
    const isLoopback = connection.isLoopback();
    connection.write('QUIT\r\n', () => connection.end(`The connection to ${relay} was closed.`));
    return { relay, problem: null, isEncrypted, isAuthenticated: credentials !== null, isLoopback };
  } catch (error) {
    const problem = (error as Error).message;
    connection.end(problem);
    return { relay, problem, isEncrypted: false, isAuthenticated: false, isLoopback: false };
  } finally {
    clearTimeout(timer);
  }
}
