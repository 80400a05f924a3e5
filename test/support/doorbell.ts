import type { JobName } from '../../src/queue/jobs.ts';
import type { Queue } from '../../src/queue/queue.ts';

/** A queue that only writes down who rang; `isDown` makes it fail as a store that is gone does. */
export interface Doorbell extends Queue {
  rings: { name: JobName; data: object; id: string | undefined; delayMs?: number }[];
  isDown: boolean;
}

export function doorbell(): Doorbell {
  const bell: Doorbell = {
    rings: [],
    isDown: false,
    ring: async (name, data, id) => {
      if (bell.isDown) throw new Error('Connection is closed.');
      bell.rings.push({ name, data, id });
    },
    ringMany: async (name, rings) => {
      if (bell.isDown) throw new Error('Connection is closed.');
      bell.rings.push(...rings.map((ring) => ({ name, ...ring })));
    },
    schedule: async () => undefined,
    restoreSchedules: async () => undefined,
    work: async () => ({ stop: async () => undefined }),
    check: async () => undefined,
    close: async () => undefined,
  };
  return bell;
}
