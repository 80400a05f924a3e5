import { startSchedules } from './jobs/handlers.ts';
import type { Work } from './queue/queue.ts';
import type { Parts } from './wiring/parts.ts';
import type { Site } from './wiring/site.ts';

export const ROLES = ['api', 'worker', 'scheduler'] as const;
export type Role = (typeof ROLES)[number];

/** Roles at work. */
export interface Running {
  /** Where the site listens, when it does. */
  address: { host: string; port: number } | null;
  /** Takes nothing new, finishes what is in hand. The parts stay open. */
  stop(): Promise<void>;
}

/** Batches of a worker that still have mails to begin, side by side: while one is sent, others are
 *  claimed and chosen for. Those that only wait for replies do not count. */
const BATCHES_AT_ONCE = 3;

/** How long a worker that is to stop waits for relays to answer, in ms. What is unanswered then is
 *  `unknown`. */
const GRACE_MS = 20_000;

/**
 * Starts the roles on the parts: the site first, so that a port that is taken stops the start before
 * any mail goes out. They stop side by side, so that no job is taken while a request is waited for.
 * @throws PaperboyError `SITE_CANNOT_LISTEN`.
 */
export async function startRoles(parts: Parts, roles: readonly Role[]): Promise<Running> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(stops.splice(0).map((each) => each()));
  };
  try {
    const site = roles.includes('api') ? await openSite(parts) : null;
    if (site) stops.push(site.stop);
    const metrics = await openMetricsSite(parts, roles);
    if (metrics) stops.push(metrics.stop);
    if (roles.includes('worker')) stops.push(stopOf(await startWorker(parts)));
    if (roles.includes('scheduler')) stops.push(stopOf(await startScheduler(parts)));
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

/** Loaded by who shows it alone: the site and its libraries are a fifth of what a process begins with. */
async function openSite(parts: Parts): Promise<Site> {
  const { startSite } = await import('./wiring/site.ts');
  return startSite(parts);
}

/** Once per machine is enough for what all processes know alike: a fleet has many workers. */
async function openMetricsSite(parts: Parts, roles: readonly Role[]): Promise<Site | null> {
  const { metricsPort: port } = parts.config;
  if (port === null) return null;
  const { startMetricsSite } = await import('./wiring/metrics-site.ts');
  return startMetricsSite(parts, { port, withStatus: roles.some((role) => role !== 'worker') });
}

async function startWorker(parts: Parts): Promise<Work> {
  const { queue, handlers, lease, logger, halting, settled } = parts;
  await lease();
  const work = await queue.work(['deliveries', 'letters'], handlers, {
    concurrency: BATCHES_AT_ONCE,
    onError: logTo(logger),
  });
  return {
    stop: async () => {
      const timer = setTimeout(() => halting.abort(), GRACE_MS);
      await work.stop();
      await settled();
      clearTimeout(timer);
    },
  };
}

/** How often to look whether the store of the queue still has the schedules, in ms. */
const RESTORE_EVERY_MS = 30_000;

/** Jobs besides those of sources that may wait in their queue. */
const OTHER_JOBS = 1;

async function startScheduler(parts: Parts): Promise<Work> {
  const { queue, handlers, config, logger } = parts;
  const sources = parts.sources.set;
  const onError = logTo(logger);
  await startSchedules({ ...parts, sources, composeAt: config.composeAt });
  const work = await queue.work(['schedule'], handlers, { concurrency: 1, onError });
  // Each source has room, so that a slow one holds up no other.
  const concurrency = sources.length + OTHER_JOBS;
  const fetching = await queue.work(['sources'], handlers, { concurrency, onError });
  // Not a schedule itself: a queue whose store was wiped rings no more bells.
  const timer = setInterval(() => {
    queue.restoreSchedules().catch((error) => onError(error, null));
  }, RESTORE_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all([work.stop(), fetching.stop()]);
    },
  };
}

function stopOf(work: Work): () => Promise<void> {
  return () => work.stop();
}

function logTo(logger: Parts['logger']) {
  return (error: Error, job: { name: string; id: string } | null) =>
    logger.error({ err: error, ...(job && { job: job.name, jobId: job.id }) }, 'a job failed');
}
