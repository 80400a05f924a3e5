import type { Handlers, JobName } from '../queue/jobs.ts';
import type { Log } from '../services/monitoring/log.ts';
import { measureDuration } from '../services/monitoring/measure-duration.ts';

/** Called when a job has ended. */
export type OnJob = (job: JobName, seconds: number, isSuccess: boolean) => void;

/** Returns the handlers that `make` makes, each with a log that adds the job to every line. */
export function createLoggedHandlers(
  log: Log,
  onJob: OnJob = () => undefined,
  make: (log: Log) => Handlers,
): Handlers {
  const names = Object.keys(make(log)) as JobName[];
  const handlers = names.map((job) => {
    const handle = async (data: never, jobId?: string) => {
      const jobFields = { job, ...(jobId !== undefined && { jobId }) };
      const jobHandlers = make((level, event, facts) =>
        log(level, event, { ...jobFields, ...facts }),
      );
      let isSuccess = false;
      const work = async () => {
        await jobHandlers[job](data);
        isSuccess = true;
      };
      await measureDuration(work, (seconds) => onJob(job, seconds, isSuccess));
    };
    return [job, handle];
  });
  return Object.fromEntries(handlers) as Handlers;
}
