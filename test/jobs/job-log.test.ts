import { expect, it } from 'vitest';
import { createLoggedHandlers } from '../../src/jobs/job-log.ts';
import type { Handlers } from '../../src/queue/jobs.ts';

it('Each log line of a job names the job, also when jobs run at the same time', async () => {
  const lines: object[] = [];
  const ended: unknown[] = [];
  const handlers = createLoggedHandlers(
    (level, event, facts) => lines.push({ level, event, ...facts }),
    (job, seconds, isGood) => ended.push([job, seconds >= 0, isGood]),
    (log) => {
      const some: Partial<Handlers> = {
        'transactional-email': async ({ emailId }) => {
          await new Promise(setImmediate);
          log('info', 'sent', { emailId });
        },
        batch: async () => {
          log('warn', 'stuck', {});
          throw new Error('no');
        },
      };
      return some as Handlers;
    },
  );

  const both = [
    handlers['transactional-email']({ emailId: 1 }, 'transactional-email-1'),
    handlers['transactional-email']({ emailId: 2 }),
  ];
  await Promise.all(both);
  await expect(handlers.batch({ digestId: 3, batch: 4 }, 'batch-3-4-0')).rejects.toThrow('no');

  expect(lines).toEqual([
    {
      level: 'info',
      event: 'sent',
      job: 'transactional-email',
      jobId: 'transactional-email-1',
      emailId: 1,
    },
    { level: 'info', event: 'sent', job: 'transactional-email', emailId: 2 },
    { level: 'warn', event: 'stuck', job: 'batch', jobId: 'batch-3-4-0' },
  ]);
  expect(ended).toEqual([
    ['transactional-email', true, true],
    ['transactional-email', true, true],
    ['batch', true, false],
  ]);
});
