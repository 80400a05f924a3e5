import { readRelayUrl } from '../domain/relay-url.ts';
import { openConnection } from './connection.ts';
import { greet } from './handshake.ts';

/** How a relay received us. */
export interface RelayLook {
  /** `host:port`. */
  relay: string;
  /** Why it does not let us in, as a sentence without a secret; null when it does. */
  problem: string | null;
  isEncrypted: boolean;
  isSignedIn: boolean;
  isLoopback: boolean;
}

/**
 * Connects to the relay of `url`, signs in when the URL has a password, says goodbye and sends nothing.
 * Never rejects. After `timeoutMs` it counts as one that does not answer.
 * @throws RangeError for a URL that is none.
 */
export async function lookAtRelay(
  url: string,
  { heloName, timeoutMs, ca }: { heloName: string; timeoutMs: number; ca?: string },
): Promise<RelayLook> {
  const endpoint = readRelayUrl(url);
  const { name: relay, credentials } = endpoint;
  const connection = openConnection(endpoint, ca);
  const tooLate = `${relay} did not let us in within ${timeoutMs / 1000} s.`;
  const timer = setTimeout(() => connection.end(tooLate), timeoutMs);
  try {
    await greet(connection, endpoint, heloName);
    const isEncrypted = connection.isEncrypted();
    const isLoopback = connection.isLoopback();
    connection.write('QUIT\r\n', () => connection.end(`${relay} was left.`));
    return { relay, problem: null, isEncrypted, isSignedIn: credentials !== null, isLoopback };
  } catch (error) {
    const problem = (error as Error).message;
    connection.end(problem);
    return { relay, problem, isEncrypted: false, isSignedIn: false, isLoopback: false };
  } finally {
    clearTimeout(timer);
  }
}
