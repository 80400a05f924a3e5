import { registerSources } from '../db/sources/sources.ts';
import { SWEEP_GRACE_MS } from '../domain/digests/compose-due.ts';
import { DIGEST_KINDS } from '../domain/digests/digest.ts';
import type { Handlers, JobName } from '../queue/jobs.ts';
import { notifyOperator } from '../services/alerts/notify-operator.ts';
import {
  enqueueRemaining,
  SWEEP_INTERVAL_SECONDS,
} from '../services/deliveries/enqueue-batches.ts';
import { sweepDeliveries } from '../services/deliveries/sweep-deliveries.ts';
import { enqueueDueLookups } from '../services/library/enqueue-lookups.ts';
import { lookUpLibrary } from '../services/library/look-up.ts';
import { refreshLibraries } from '../services/library/refresh-libraries.ts';
import { pruneExpired } from '../services/maintenance/prune-expired.ts';
import type { ClockGuard } from '../services/monitoring/clock-guard.ts';
import { monitorInstallation } from '../services/monitoring/monitor-installation.ts';
import { sendTransactionalEmail } from '../services/transactional/send-transactional-email.ts';
import { composeDue } from './compose-job.ts';
import type { HandlerDeps } from './deps.ts';
import { enqueueDueSources, fetchDue } from './fetch-job.ts';
import { createLoggedHandlers } from './job-log.ts';
import { runEach } from './run-each.ts';
import { enqueueSorting, sortUnsorted } from './sort-job.ts';

/** One handler for each job. Each log line of a job names the job. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return createLoggedHandlers(deps.log, deps.onJob, (log) =>
    skipWhileClockIsWrong(buildHandlers({ ...deps, log }), deps.clockGuard),
  );
}

/** Jobs that run whatever the clock says: they use the time of the database, or none. */
const CLOCKLESS_JOBS: readonly JobName[] = ['monitor', 'sort-papers'];

/** A job that is skipped needs no repetition: the sweep enqueues it again. */
function skipWhileClockIsWrong(
  handlers: Handlers,
  { isRight }: Pick<ClockGuard, 'isRight'>,
): Handlers {
  const guarded = Object.entries(handlers).map(([name, handle]) => [
    name,
    async (data: never) => {
      if (isRight() || CLOCKLESS_JOBS.includes(name as JobName)) await handle(data);
    },
  ]);
  return Object.fromEntries(guarded) as Handlers;
}

function buildHandlers(deps: HandlerDeps): Handlers {
  const { db, slowDb, queue, clock, log, sources } = deps;
  const { isRight, databaseClock } = deps.clockGuard;
  const { composeWaitMs, alertEmail } = deps;
  const catchUpMs = SWEEP_GRACE_MS + (sources.length > 0 ? composeWaitMs : 0);
  return {
    compose: async ({ kind }) => {
      await composeDue(deps, kind);
      await sweepDeliveries({ db, queue }, clock());
    },
    sweep: async () => {
      // A digest that cannot be composed must not keep composed ones from being sent.
      await runEach(
        () => enqueueDueSources(deps, sources),
        () => enqueueSorting(deps),
        () => enqueueDueLookups(deps),
        ...DIGEST_KINDS.map((kind) => () => composeDue(deps, kind, catchUpMs)),
        async () => {
          const report = await sweepDeliveries({ db, queue }, clock());
          if (report.unknown > 0) log('warn', 'deliveries of a dead worker are unknown', report);
          else if (
            report.batches + report.transactionalEmails + report.expired + report.skipped >
            0
          )
            log('info', 'due deliveries swept', report);
        },
      );
    },
    fetch: async ({ source: name }) => {
      const source = sources.find((each) => each.name === name);
      if (source) await fetchDue(deps, source);
    },
    'sort-papers': () => sortUnsorted(deps),
    'library-lookup': async ({ subscriberId }) => lookUpLibrary(deps, subscriberId),
    monitor: async () => {
      await monitorInstallation({ ...deps, waitMs: composeWaitMs }, databaseClock());
      if (alertEmail === null) return;
      const { problems } = await notifyOperator({
        db,
        clock: databaseClock,
        alertEmail,
        mail: deps.alertMail,
      });
      for (const problem of problems) log('warn', problem, {});
    },
    batch: async ({ digestId, batch }) => {
      const sender = await deps.digestSender();
      const { ended } = await sender.deliverBatch({ digestId, batch });
      const finish = async () => {
        const { claimed, sent, remaining } = await ended;
        if (claimed > 0) log('info', 'batch sent', { digestId, batch, claimed, sent });
        if (remaining && isRight()) await enqueueRemaining(queue, remaining, clock());
      };
      finish().catch((err) => log('error', 'batch failed', { digestId, batch, err }));
    },
    'transactional-email': async ({ emailId }) =>
      sendTransactionalEmail(await deps.transactional(), emailId),
    prune: async () => {
      await runEach(
        async () => log('info', 'expired rows pruned', await pruneExpired(slowDb, clock(), deps)),
        async () => {
          const refreshed = await refreshLibraries(deps);
          if (refreshed > 0) log('info', 'libraries learned again', { refreshed });
        },
      );
    },
  };
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Schedules the recurring jobs, and enqueues those that may have been missed. */
export async function startSchedules(
  deps: Pick<HandlerDeps, 'db' | 'queue' | 'clock' | 'composeAt' | 'sources'>,
): Promise<void> {
  const { db, queue, clock, composeAt, sources } = deps;
  const { minute, hour } = composeAt;
  const daily = { cron: `${minute} ${hour} * * *`, everySeconds: DAY_SECONDS };
  const weekly = { cron: `${minute} ${hour} * * 1`, everySeconds: 7 * DAY_SECONDS };
  await registerSources(
    db,
    sources.map(({ name }) => name),
    clock(),
  );
  await queue.schedule('compose', { kind: 'daily' }, daily);
  await queue.schedule('compose', { kind: 'weekly' }, weekly);
  await queue.schedule('sweep', {}, { everySeconds: SWEEP_INTERVAL_SECONDS });
  await queue.schedule('monitor', {}, { everySeconds: SWEEP_INTERVAL_SECONDS });
  // Every hour: a nightly backup must not keep the same job from its work each night.
  await queue.schedule('prune', {}, { cron: '10 * * * *', everySeconds: HOUR_SECONDS });
  // A new site gets papers to show at once, and a digest that was missed is composed.
  await queue.enqueue('sweep', {}, 'sweep-at-start');
  await queue.enqueue('compose', { kind: 'daily' }, 'compose-daily-at-start');
  await queue.enqueue('compose', { kind: 'weekly' }, 'compose-weekly-at-start');
}
