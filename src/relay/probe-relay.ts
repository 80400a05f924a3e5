import { parseRelayUrl } from '../domain/smtp/relay-url.ts';
import { openSmtpConnection } from './connection.ts';
import { performHandshake } from './handshake.ts';

/** How a relay received us. */
export interface RelayProbeResult {
  /** `host:port`. */
  relay: string;
  /** Why it does not let us in, as a sentence without a secret; null when it does. */
  problem: string | null;
  isEncrypted: boolean;
  isAuthenticated: boolean;
  isLoopback: boolean;
}

/**
 * Connects to the relay of `url`, signs in when the URL has a password, says goodbye and sends nothing.
 * Never rejects. After `timeoutMs` it counts as one that does not answer.
 * @throws RangeError for a URL that is none.
 */
export async function probeRelay(
  url: string,
  { heloName, timeoutMs, ca }: { heloName: string; timeoutMs: number; ca?: string },
): Promise<RelayProbeResult> {
  const endpoint = parseRelayUrl(url);
  const { name: relay, credentials } = endpoint;
  const connection = openSmtpConnection(endpoint, ca);
  const timeoutProblem = `${relay} did not let us in within ${timeoutMs / 1000} s.`;
  const timer = setTimeout(() => connection.end(timeoutProblem), timeoutMs);
  try {
    await performHandshake(connection, endpoint, heloName);
    const isEncrypted = connection.isEncrypted();
    const isLoopback = connection.isLoopback();
    connection.write('QUIT\r\n', () => connection.end(`${relay} was left.`));
    return { relay, problem: null, isEncrypted, isAuthenticated: credentials !== null, isLoopback };
  } catch (error) {
    const problem = (error as Error).message;
    connection.end(problem);
    return { relay, problem, isEncrypted: false, isAuthenticated: false, isLoopback: false };
  } finally {
    clearTimeout(timer);
  }
}
