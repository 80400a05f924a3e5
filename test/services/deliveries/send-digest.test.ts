import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { sendDigest } from '../../../src/services/deliveries/send-digest.ts';
import { requireDigest } from '../../../src/services/digests/require-digest.ts';
import { trustClock } from '../../../src/services/monitoring/clock-guard.ts';
import { createTestClock, FRIDAY } from '../../support/clock.ts';
import { storePapers } from '../../support/rows.ts';
import { buildPaperOf, useDigestFixture } from '../digests/digest-fixture.ts';

const digests = useDigestFixture();
const { compose, database, subscriber, setStates, storeLease } = digests;

describe('Sending a digest', () => {
  const clock = createTestClock('2026-05-08T07:00:00Z');

  /** Time passes only in sleeps; `duringSleep` is called in each. */
  function timerWith(duringSleep: (elapsedMs: number) => Promise<void> = async () => undefined) {
    let elapsedMs = 0;
    return {
      elapsedMs: () => elapsedMs,
      sleep: async (durationMs: number) => {
        elapsedMs += durationMs;
        await duringSleep(elapsedMs);
      },
    };
  }

  async function send(
    timer: ReturnType<typeof timerWith>,
    { isNow = false, signal = new AbortController().signal } = {},
  ) {
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    const seen: number[] = [];
    const end = await sendDigest(
      { db: database.db, queue: digests.queue, clock, clockGuard: trustClock(clock), timer },
      { digest, isImmediate: isNow, signal, onProgress: ({ due }) => seen.push(due) },
    );
    return { ...end, seen, elapsedMs: timer.elapsedMs() };
  }

  beforeEach(async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await subscriber({ hour: 7 });
    await subscriber({ hour: 9 });
    await compose('daily', FRIDAY);
  });

  it('Sending enqueues, waits until nothing is due, and leaves later deliveries', async () => {
    await storeLease('is alive');
    const end = await send(timerWith(() => setStates({ sent: 1 })));
    expect(end).toMatchObject({ kind: 'done', seen: [1, 0] });
    expect(end.status).toMatchObject({ scheduled: 1, states: { sent: 1, pending: 1 } });
    expect(digests.queue.enqueued.map(({ name }) => name)).toEqual(['batch']);
  });

  it('With --now, every pending delivery is due', async () => {
    await storeLease('is alive');
    const end = await send(
      timerWith(() => setStates({ sent: 2 })),
      { isNow: true },
    );
    expect(end).toMatchObject({ kind: 'done', seen: [2, 0] });
    expect(end.status).toMatchObject({ scheduled: 0, states: { sent: 2 } });
  });

  it('Sending enqueues again every ten seconds, since a job may be lost', async () => {
    await storeLease('is alive');
    await send(
      timerWith(async (elapsedMs) => {
        if (elapsedMs >= 21_000) await setStates({ sent: 2 });
      }),
    );
    expect(digests.queue.enqueued).toHaveLength(3);
  });

  it.each([
    [1, 250],
    [20, 1000],
    [200, 2000],
  ])('After a count of %i ms, the next one follows after %i ms', async (countMs, delayMs) => {
    await storeLease('is alive');
    const delays: number[] = [];
    let elapsedMs = 0;
    await send({
      elapsedMs: () => {
        elapsedMs += countMs;
        return elapsedMs;
      },
      sleep: async (durationMs) => {
        delays.push(durationMs);
        await setStates({ sent: 2 });
      },
    });
    expect(delays).toEqual([delayMs]);
  });

  it('Sending gives up after 30 seconds without a live worker', async () => {
    const end = await send(timerWith());
    expect(end.kind).toBe('no worker');
    expect(end.elapsedMs).toBe(30_250);
    expect(end.status.states.pending).toBe(2);
  });

  it('The 30 seconds start when the last worker was alive', async () => {
    const leaseId = await storeLease('is alive');
    const end = await send(
      timerWith(async (elapsedMs) => {
        if (elapsedMs === 20_000)
          await database.db.execute(sql`DELETE FROM leases WHERE id = ${leaseId}`);
      }),
    );
    expect([end.kind, end.elapsedMs]).toEqual(['no worker', 50_000]);
  });

  it('Sending stops waiting when it is interrupted', async () => {
    await storeLease('is alive');
    const interrupt = new AbortController();
    const end = await send(
      timerWith(async () => interrupt.abort()),
      { signal: interrupt.signal },
    );
    expect([end.kind, end.elapsedMs]).toEqual(['interrupted', 250]);
  });

  it('Sending ends at once when nothing is due', async () => {
    clock.set('2026-05-08T06:00:00Z');
    expect(await send(timerWith())).toMatchObject({ kind: 'done', elapsedMs: 0 });
    expect(digests.queue.enqueued).toEqual([]);
    clock.set('2026-05-08T07:00:00Z');
  });
});
