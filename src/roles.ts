import { startSchedules } from './jobs/handlers.ts';
import type { RunningWorkers } from './queue/queue.ts';
import type { App } from './wiring/app.ts';
import type { RunningSite } from './wiring/site.ts';

export const ROLES = ['api', 'worker', 'scheduler'] as const;
export type Role = (typeof ROLES)[number];

/** Running roles. */
export interface RunningRoles {
  /** The address that the site listens on; null without the role `api`. */
  address: { host: string; port: number } | null;
  /** Accepts nothing new and finishes what runs. The app stays open. */
  stop(): Promise<void>;
}

/** Batches of a worker with mails to start, at the same time: while one is sent, others are claimed
 *  and prepared. Batches that only wait for replies do not count. */
const BATCH_CONCURRENCY = 3;

/** Transactional e-mails of a worker at the same time. Each waits for the answer of the relay, so
 *  that a few slow answers must not hold up the others. */
const TRANSACTIONAL_CONCURRENCY = 20;

/** How long a stopping worker waits for relays to answer, in ms. Mails without an answer by then
 *  become `unknown`. */
const SHUTDOWN_GRACE_MS = 20_000;

/**
 * Starts the roles: the site first, so that a used port stops the start before any mail is sent.
 * They stop at the same time, so that no job is taken while a request is waited for.
 * @throws PaperboyError `SITE_CANNOT_LISTEN`.
 */
export async function startRoles(app: App, roles: readonly Role[]): Promise<RunningRoles> {
  const stopFunctions: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(stopFunctions.splice(0).map((each) => each()));
  };
  try {
    stopFunctions.push(await startClockGuard(app));
    const site = roles.includes('api') ? await startSiteRole(app) : null;
    if (site) stopFunctions.push(site.stop);
    const metrics = await startMetricsSiteIfSet(app, roles);
    if (metrics) stopFunctions.push(metrics.stop);
    if (roles.includes('worker')) stopFunctions.push(createStop(await startWorker(app)));
    if (roles.includes('scheduler')) stopFunctions.push(createStop(await startScheduler(app)));
    return {
      address: site?.address ?? null,
      stop: async () => {
        app.stopping.abort();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Loaded only by a process that serves the site: with its libraries it is a fifth of the start-up
 *  work. */
async function startSiteRole(app: App): Promise<RunningSite> {
  const { startSite } = await import('./wiring/site.ts');
  return startSite(app);
}

/** Serves the status of the installation too, except from a process that is only a worker: there
 *  may be many workers, and the status is the same for all. */
async function startMetricsSiteIfSet(
  app: App,
  roles: readonly Role[],
): Promise<RunningSite | null> {
  const { metricsPort: port } = app.config;
  if (port === null) return null;
  const { startMetricsServer } = await import('./wiring/metrics-server.ts');
  return startMetricsServer(app, { port, withStatus: roles.some((role) => role !== 'worker') });
}

async function startClockGuard({ clockGuard }: App): Promise<() => Promise<void>> {
  const { stop } = await clockGuard.start();
  return async () => stop();
}

async function startWorker(app: App): Promise<Pick<RunningWorkers, 'stop'>> {
  const { queue, handlers, lease, logger, forceStop, waitForBatches } = app;
  await lease();
  const onError = createJobErrorLogger(logger);
  const workers = await queue.startWorkers(['deliveries'], handlers, {
    concurrency: BATCH_CONCURRENCY,
    onError,
  });
  const transactionalWorkers = await queue.startWorkers(['transactional'], handlers, {
    concurrency: TRANSACTIONAL_CONCURRENCY,
    onError,
  });
  pauseWhileUnfit(workers, app.clockGuard, app.suspension);
  pauseWhileUnfit(transactionalWorkers, app.clockGuard);
  return {
    stop: async () => {
      const timer = setTimeout(() => forceStop.abort(), SHUTDOWN_GRACE_MS);
      await Promise.all([workers.stop(), transactionalWorkers.stop()]);
      await waitForBatches();
      clearTimeout(timer);
    },
  };
}

/** How often to check that the store of the queue still has the schedules, in ms. */
const RESTORE_INTERVAL_MS = 30_000;

/** Jobs in the queue `sources` that are no fetch: `monitor`, and `prune`, which may take many
 *  minutes. */
const OTHER_JOBS = 2;

async function startScheduler(app: App): Promise<Pick<RunningWorkers, 'stop'>> {
  const { queue, handlers, config, logger, clockGuard } = app;
  const sources = app.sources.configured;
  const onError = createJobErrorLogger(logger);
  await startSchedules({ ...app, sources, composeAt: config.composeAt });
  const workers = await queue.startWorkers(['schedule'], handlers, { concurrency: 1, onError });
  // One job per source at the same time, so that a slow one delays no other.
  const concurrency = sources.length + OTHER_JOBS;
  const sourceWorkers = await queue.startWorkers(['sources'], handlers, { concurrency, onError });
  // A queue of its own: looking up a library takes minutes and must not delay a fetch.
  const libraryWorkers = await queue.startWorkers(['library'], handlers, {
    concurrency: 1,
    onError,
  });
  pauseWhileUnfit(workers, clockGuard);
  pauseWhileUnfit(libraryWorkers, clockGuard);
  // Not a scheduled job: a queue whose store was wiped has no schedules left to run it.
  const timer = setInterval(() => {
    // Two schedulers whose clocks differ would restore the schedules of each other.
    if (!clockGuard.isRight()) return;
    queue.restoreSchedules().catch((error) => onError(error, null));
  }, RESTORE_INTERVAL_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all([workers.stop(), sourceWorkers.stop(), libraryWorkers.stop()]);
    },
  };
}

/** Pauses workers while they are not fit to work: they would use up the jobs of others. What the
 *  guard has told counts, not what it finds at the moment: it tells changes only, so workers that
 *  were paused for anything else would stay so. */
function pauseWhileUnfit(
  workers: RunningWorkers,
  clockGuard: App['clockGuard'],
  suspension: App['suspension'] | null = null,
): void {
  let isClockRight = true;
  const update = () =>
    isClockRight && !suspension?.isSuspended() ? workers.resume() : workers.pause();
  clockGuard.onChange((isRight) => {
    isClockRight = isRight;
    update();
  });
  suspension?.onChange(update);
}

function createStop(workers: Pick<RunningWorkers, 'stop'>): () => Promise<void> {
  return () => workers.stop();
}

function createJobErrorLogger(logger: App['logger']) {
  return (error: Error, job: { name: string; id: string } | null) =>
    logger.error({ err: error, ...(job && { job: job.name, jobId: job.id }) }, 'job failed');
}
