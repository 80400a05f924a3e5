import type { AddressInfo } from 'node:net';
import { buildMetricsServer } from '../http/monitoring/metrics-app.ts';
import type { App } from './app.ts';
import { createListenError, type RunningSite } from './site.ts';

/** Serves metrics and health at METRICS_PORT, and the status of the installation if `withStatus`.
 *  @throws PaperboyError `SITE_CANNOT_LISTEN`. */
export async function startMetricsServer(
  app: App,
  { port, withStatus }: { port: number; withStatus: boolean },
): Promise<RunningSite> {
  const { host } = app.config;
  const server = buildMetricsServer(app, { withStatus });
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw createListenError({ host, port }, 'METRICS_PORT', error as NodeJS.ErrnoException);
  }
  const address = server.server.address() as AddressInfo;
  return {
    address: { host: address.address, port: address.port },
    stop: async () => server.close(),
  };
}
