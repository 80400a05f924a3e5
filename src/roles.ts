import type { AddressInfo } from 'node:net';
import { buildApp } from './http/app.ts';
import { loadPages } from './http/pages/index.ts';
import { limitSignups } from './http/signup-limit.ts';
import { startSchedules } from './jobs/handlers.ts';
import type { Work } from './queue/queue.ts';
import { readVersion } from './version.ts';
import type { Parts } from './wiring.ts';

export const ROLES = ['api', 'worker', 'scheduler'] as const;
export type Role = (typeof ROLES)[number];

/** Roles at work. */
export interface Running {
  /** Where the site listens, when it does. */
  address: { host: string; port: number } | null;
  /** Takes nothing new, finishes what is in hand. The parts stay open. */
  stop(): Promise<void>;
}

/** Batches that a worker sends side by side: one waits for the database while the other sends. With
 *  more, what is in flight would pass its bound. */
const BATCHES_AT_ONCE = 2;

/** Starts the roles on the parts. */
export async function startRoles(parts: Parts, roles: readonly Role[]): Promise<Running> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    if (roles.includes('worker')) stops.push(stopOf(await startWorker(parts)));
    if (roles.includes('scheduler')) stops.push(stopOf(await startScheduler(parts)));
    const site = roles.includes('api') ? await startSite(parts) : null;
    if (site) stops.push(site.stop);
    return {
      address: site?.address ?? null,
      stop: async () => {
        parts.stopping.abort();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startWorker({ queue, handlers, lease, logger }: Parts): Promise<Work> {
  await lease();
  return queue.work(['deliveries', 'letters'], handlers, {
    concurrency: BATCHES_AT_ONCE,
    onError: logTo(logger),
  });
}

async function startScheduler({ queue, handlers, config, logger }: Parts): Promise<Work> {
  await startSchedules(queue, config.composeAt);
  return queue.work(['schedule'], handlers, { concurrency: 1, onError: logTo(logger) });
}

async function startSite(
  parts: Parts,
): Promise<{ address: { host: string; port: number }; stop: () => Promise<void> }> {
  const { config, database, keys } = parts;
  const { siteName: name, publicUrl, postalAddress } = config;
  const app = await buildApp({
    ...parts,
    version: readVersion(),
    suppressionKey: keys.suppressionKey,
    pages: loadPages({ name, publicUrl, postalAddress }),
    limitSignup: limitSignups(database.pool, config.signupsPerHour),
    editions: async () => (await parts.mail()).editions,
  });
  await app.listen({ host: config.host, port: config.port });
  const { address: host, port } = app.server.address() as AddressInfo;
  return { address: { host, port }, stop: async () => app.close() };
}

function stopOf(work: Work): () => Promise<void> {
  return () => work.stop();
}

function logTo(logger: Parts['logger']) {
  return (error: Error, job: { name: string; id: string } | null) =>
    logger.error({ err: error, ...(job && { job: job.name, jobId: job.id }) }, 'a job failed');
}
