import type { AddressInfo } from 'node:net';
import { buildMetricsApp } from '../http/metrics-app.ts';
import type { Parts } from './parts.ts';
import { cannotListen, type Site } from './site.ts';

/** Tells metrics and health at METRICS_PORT; `withStatus` also how the installation is.
 *  @throws PaperboyError `SITE_CANNOT_LISTEN`. */
export async function startMetricsSite(
  parts: Parts,
  { port, withStatus }: { port: number; withStatus: boolean },
): Promise<Site> {
  const { host } = parts.config;
  const app = buildMetricsApp(parts, { withStatus });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw cannotListen({ host, port }, 'METRICS_PORT', error as NodeJS.ErrnoException);
  }
  const address = app.server.address() as AddressInfo;
  return { address: { host: address.address, port: address.port }, stop: async () => app.close() };
}
