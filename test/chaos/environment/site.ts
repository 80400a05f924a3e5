import { createLinkTokens } from '../../../src/domain/links/tokens.ts';
import { findFreePort } from '../../support/free-port.ts';
import type { ServerEnvironment } from './servers.ts';

/** The site of an environment, as readers use it. */
export interface ReaderSite {
  url: string;
  /** The token in the links of a subscriber's mails. */
  tokenOf(subscriberId: number): string;
  /** Changes the hour of a subscriber; returns the status of the response. */
  changeHour(subscriberId: number, hour: number): Promise<number>;
}

/** Starts a process with the role `api`. */
export async function openReaderSite(environment: ServerEnvironment): Promise<ReaderSite> {
  const port = await findFreePort();
  const env = { PORT: String(port), SIGNUPS_PER_HOUR: '1000000' };
  const api = await environment.open(['start', 'api'], { env });
  await api.waitUntilRunning();
  const url = `http://127.0.0.1:${port}`;
  const tokens = createLinkTokens([environment.commandEnvironment.env.SECRET_KEY ?? '']);
  const tokenOf = (subscriberId: number) => tokens.seal({ kind: 'subscriber', subscriberId });
  return {
    url,
    tokenOf,
    changeHour: async (subscriberId, hour) => {
      const response = await fetch(`${url}/api/preferences/${tokenOf(subscriberId)}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ hour }),
      });
      return response.status;
    },
  };
}
