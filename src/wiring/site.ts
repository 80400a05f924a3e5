import type { AddressInfo } from 'node:net';
import type { Config } from '../config.ts';
import { PaperboyError } from '../domain/errors.ts';
import { buildApp } from '../http/app.ts';
import { loadPages } from '../http/pages/index.ts';
import { limitSignups } from '../http/signup-limit.ts';
import { readVersion } from '../version.ts';
import type { Parts } from './parts.ts';

/** The site, listening. */
export interface Site {
  address: { host: string; port: number };
  stop: () => Promise<void>;
}

/** Serves pages and API where the settings say. @throws PaperboyError `SITE_CANNOT_LISTEN`. */
export async function startSite(parts: Parts): Promise<Site> {
  const { config, database, keys } = parts;
  const { siteName: name, publicUrl, postalAddress } = config;
  const { db, pool } = database.promptly(parts.answerTimeoutsMs.request);
  const app = await buildApp({
    ...parts,
    db,
    version: readVersion(),
    suppressionKey: keys.suppressionKey,
    pages: loadPages({ name, publicUrl, postalAddress }),
    limitSignup: limitSignups(pool, config.signupsPerHour),
  });
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await app.close();
    throw cannotListen(config, 'PORT', error as NodeJS.ErrnoException);
  }
  const { address: host, port } = app.server.address() as AddressInfo;
  return { address: { host, port }, stop: async () => app.close() };
}

const LISTEN_ADVICE: Record<string, string> = {
  EADDRINUSE: 'another program listens there: stop it, or set # to a free port',
  EACCES: 'this user may not listen there: set # to one from 1024 on',
  EADDRNOTAVAIL: 'this machine has no such address: set HOST to one of its own',
  ENOTFOUND: 'there is no such name: set HOST to an address of this machine',
};

/** `setting` names the port, for the advice. */
export function cannotListen(
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
