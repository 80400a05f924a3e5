import { addSources } from '../db/source-times.ts';
import { SWEEP_MS } from '../domain/composing.ts';
import { DIGEST_KINDS } from '../domain/digest.ts';
import type { Handlers } from '../queue/jobs.ts';
import { deliverBatch } from '../services/deliver-batch.ts';
import { sendLetter } from '../services/send-letter.ts';
import { ringAgain, ringDue, TICK_SECONDS } from '../services/support/ring-due.ts';
import { tellAlarms } from '../services/tell-alarms.ts';
import { tidyUp } from '../services/tidy-up.ts';
import { watchInstallation } from '../services/watch-installation.ts';
import { composeDue } from './compose-job.ts';
import type { HandlerDeps } from './deps.ts';
import { eachOf } from './each-of.ts';
import { fetchDue, ringSources } from './fetch-job.ts';
import { perJob } from './job-log.ts';

/** One handler for each job: what happens when the bell rings. Each line that a job writes names it. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return perJob(deps.log, deps.onJob, (log) => handlersWith({ ...deps, log }));
}

function handlersWith(deps: HandlerDeps): Handlers {
  const { db, slowDb, queue, clock, log, sources, mail, lease } = deps;
  const { composeWaitMs, alertEmail, deliveriesKeptDays } = deps;
  const sweepMs = SWEEP_MS + (sources.length > 0 ? composeWaitMs : 0);
  return {
    compose: async ({ kind }) => {
      await composeDue(deps, kind);
      await ringDue({ db, queue }, clock());
    },
    due: async () => {
      // A digest that cannot be composed must not keep those that are composed from being sent.
      await eachOf(
        () => ringSources(deps, sources),
        ...DIGEST_KINDS.map((kind) => () => composeDue(deps, kind, sweepMs)),
        async () => {
          const sweep = await ringDue({ db, queue }, clock());
          if (sweep.unknown > 0) log('warn', 'deliveries of a dead worker are unknown', sweep);
          else if (sweep.batches + sweep.letters + sweep.expired + sweep.skipped > 0)
            log('info', 'rang for what is due', sweep);
        },
      );
    },
    fetch: async ({ source: name }) => {
      const source = sources.find((each) => each.name === name);
      if (source) await fetchDue(deps, source);
    },
    watch: async () => {
      await watchInstallation({ ...deps, waitMs: composeWaitMs }, clock());
      if (alertEmail === null) return;
      const { problems } = await tellAlarms({ db, clock, alertEmail, mail: deps.mailParts });
      for (const problem of problems) log('warn', problem, {});
    },
    batch: async ({ digestId, batch }) => {
      const deps = await mail();
      const leaseId = await (await lease()).current();
      const { ended } = await deliverBatch(deps, { digestId, batch }, leaseId);
      const end = async () => {
        const { claimed, sent, left } = await ended;
        if (claimed > 0) log('info', 'batch sent', { digestId, batch, claimed, sent });
        if (left) await ringAgain(queue, left, clock());
      };
      end().catch((err) => log('error', 'a batch broke off', { digestId, batch, err }));
    },
    letter: async ({ letterId }) => sendLetter(await mail(), letterId),
    tidy: async () =>
      log('info', 'tidied up', await tidyUp(slowDb, clock(), { deliveriesKeptDays })),
  };
}

/** Has the queue ring for composing, for sources and for what is due, from now on. */
export async function startSchedules({
  db,
  queue,
  clock,
  composeAt,
  sources,
}: Pick<HandlerDeps, 'db' | 'queue' | 'clock' | 'composeAt' | 'sources'>): Promise<void> {
  const daily = `${composeAt.minute} ${composeAt.hour} * * *`;
  await addSources(
    db,
    sources.map(({ name }) => name),
    clock(),
  );
  await queue.schedule('compose', { kind: 'daily' }, { cron: daily });
  await queue.schedule(
    'compose',
    { kind: 'weekly' },
    { cron: `${composeAt.minute} ${composeAt.hour} * * 1` },
  );
  await queue.schedule('due', {}, { everySeconds: TICK_SECONDS });
  await queue.schedule('watch', {}, { everySeconds: TICK_SECONDS });
  await queue.schedule('tidy', {}, { cron: '10 3 * * *' });
  // A fresh site has papers to show at once, and a digest that came due meanwhile is made up for.
  await queue.ring('due', {}, 'due-at-start');
  await queue.ring('compose', { kind: 'daily' }, 'compose-daily-at-start');
  await queue.ring('compose', { kind: 'weekly' }, 'compose-weekly-at-start');
}
