import { describe, expect, it } from 'vitest';
import { ringAgain } from '../../../src/services/support/ring-due.ts';
import { clockAt } from '../../support/clock.ts';
import { doorbell } from '../../support/doorbell.ts';

describe('What is left of a batch', () => {
  const clock = clockAt('2026-05-08T07:00:00Z');

  it('is rung for at its time, unless the next tick comes first', async () => {
    const queue = doorbell();
    const dueIn = (ms: number) => ({
      digestId: 7,
      batch: 3,
      claims: 2,
      dueAt: new Date(clock().getTime() + ms),
    });
    for (const ms of [2000, -5, 60_000]) await ringAgain(queue, dueIn(ms), clock());
    const ring = { name: 'batch', data: { digestId: 7, batch: 3 }, id: 'batch-7-3-2-later' };
    expect(queue.rings).toEqual([
      { ...ring, delayMs: 2000 },
      { ...ring, delayMs: 1000 },
    ]);
  });
});
