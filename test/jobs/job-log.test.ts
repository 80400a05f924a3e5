import { expect, it } from 'vitest';
import { perJob } from '../../src/jobs/job-log.ts';
import type { Handlers } from '../../src/queue/jobs.ts';

it('Each line that a job writes names the job, also when jobs run side by side', async () => {
  const lines: object[] = [];
  const ended: unknown[] = [];
  const handlers = perJob(
    (level, event, facts) => lines.push({ level, event, ...facts }),
    (job, seconds, isGood) => ended.push([job, seconds >= 0, isGood]),
    (log) => {
      const some: Partial<Handlers> = {
        letter: async ({ letterId }) => {
          await new Promise(setImmediate);
          log('info', 'sent', { letterId });
        },
        batch: async () => {
          log('warn', 'stuck', {});
          throw new Error('no');
        },
      };
      return some as Handlers;
    },
  );

  const both = [handlers.letter({ letterId: 1 }, 'letter-1'), handlers.letter({ letterId: 2 })];
  await Promise.all(both);
  await expect(handlers.batch({ digestId: 3, batch: 4 }, 'batch-3-4-0')).rejects.toThrow('no');

  expect(lines).toEqual([
    { level: 'info', event: 'sent', job: 'letter', jobId: 'letter-1', letterId: 1 },
    { level: 'info', event: 'sent', job: 'letter', letterId: 2 },
    { level: 'warn', event: 'stuck', job: 'batch', jobId: 'batch-3-4-0' },
  ]);
  expect(ended).toEqual([
    ['letter', true, true],
    ['letter', true, true],
    ['batch', true, false],
  ]);
});
