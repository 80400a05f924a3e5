import type { JobName } from '../../src/queue/jobs.ts';
import type { Queue } from '../../src/queue/queue.ts';

/** A queue that only records jobs. `isDown` makes it fail like a queue without its server. */
export interface RecordingQueue extends Queue {
  enqueued: { name: JobName; data: object; id: string | undefined; delayMs?: number }[];
  isDown: boolean;
}

export function createRecordingQueue(): RecordingQueue {
  const queue: RecordingQueue = {
    enqueued: [],
    isDown: false,
    enqueue: async (name, data, id) => {
      if (queue.isDown) throw new Error('Connection is closed.');
      queue.enqueued.push({ name, data, id });
    },
    enqueueMany: async (name, jobs) => {
      if (queue.isDown) throw new Error('Connection is closed.');
      queue.enqueued.push(...jobs.map((job) => ({ name, ...job })));
    },
    schedule: async () => undefined,
    restoreSchedules: async () => undefined,
    waitUntilReady: async () => undefined,
    startWorkers: async () => ({
      pause: () => undefined,
      resume: () => undefined,
      stop: async () => undefined,
    }),
    check: async () => undefined,
    close: async () => undefined,
  };
  return queue;
}
