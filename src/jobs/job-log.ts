import type { Handlers, JobName } from '../queue/jobs.ts';
import { timed } from '../services/support/timed.ts';

/** Writes an event down. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, facts: object) => void;

/** Hears of each job that ended. */
export type OnJob = (job: JobName, seconds: number, isGood: boolean) => void;

/** The handlers that `make` gives, each with a log of its own: every line says which job wrote it. */
export function perJob(
  log: Log,
  onJob: OnJob = () => undefined,
  make: (log: Log) => Handlers,
): Handlers {
  const names = Object.keys(make(log)) as JobName[];
  const handlers = names.map((job) => {
    const handle = async (data: never, jobId?: string) => {
      const ofJob = { job, ...(jobId !== undefined && { jobId }) };
      const handlersOfJob = make((level, event, facts) =>
        log(level, event, { ...ofJob, ...facts }),
      );
      let isGood = false;
      const work = async () => {
        await handlersOfJob[job](data);
        isGood = true;
      };
      await timed(work, (seconds) => onJob(job, seconds, isGood));
    };
    return [job, handle];
  });
  return Object.fromEntries(handlers) as Handlers;
}
