import type { AddressInfo } from 'node:net';
import { createSignupLimit } from '../db/subscribers/signup-limits.ts';
import { PaperboyError } from '../domain/errors.ts';
import { buildHttpServer } from '../http/app.ts';
import { loadPages } from '../http/pages/index.ts';
import type { Config } from '../settings/config.ts';
import { readVersion } from '../version.ts';
import type { App } from './app.ts';

/** The site while it listens. */
export interface RunningSite {
  address: { host: string; port: number };
  stop: () => Promise<void>;
}

/** Serves the pages and the API on HOST and PORT. @throws PaperboyError `SITE_CANNOT_LISTEN`. */
export async function startSite(app: App): Promise<RunningSite> {
  const { config, database, keys } = app;
  const { siteName: name, publicUrl, postalAddress } = config;
  const { db, pool } = database.withQueryTimeout(app.queryTimeoutsMs.request);
  const server = await buildHttpServer({
    ...app,
    db,
    version: readVersion(),
    suppressionKey: keys.suppressionKey,
    allowsLookups: config.sources.allowsLookups,
    pages: loadPages({ name, publicUrl, postalAddress }),
    limitSignup: createSignupLimit(pool, config.signupsPerHour),
  });
  try {
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await server.close();
    throw createListenError(config, 'PORT', error as NodeJS.ErrnoException);
  }
  const { address: host, port } = server.server.address() as AddressInfo;
  return { address: { host, port }, stop: async () => server.close() };
}

const LISTEN_ADVICE: Record<string, string> = {
  EADDRINUSE: 'another program listens there: stop it, or set # to a free port',
  EACCES: 'this user may not listen there: set # to one from 1024 on',
  EADDRNOTAVAIL: 'this machine has no such address: set HOST to one of its own',
  ENOTFOUND: 'there is no such name: set HOST to an address of this machine',
};

/** `setting` is the setting of the port, for the advice in the message. */
export function createListenError(
  { host, port }: Pick<Config, 'host' | 'port'>,
  setting: string,
  error: NodeJS.ErrnoException,
): PaperboyError {
  const reason = (LISTEN_ADVICE[error.code ?? ''] ?? error.message).replace('#', setting);
  return new PaperboyError(
    'SITE_CANNOT_LISTEN',
    `The site cannot listen on ${host}:${port}: ${reason}.`,
    { cause: error },
  );
}
