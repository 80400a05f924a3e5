import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listOpenIncidents } from '../../src/db/alerts/alerts.ts';
import { countDeliveries } from '../../src/db/deliveries/count-deliveries.ts';
import { listDigests } from '../../src/db/digests/digests.ts';
import { startRoles } from '../../src/roles.ts';
import { sendDigest } from '../../src/services/deliveries/send-digest.ts';
import { composeDigest } from '../../src/services/digests/compose-digest.ts';
import { requireDigest } from '../../src/services/digests/require-digest.ts';
import {
  buildPaper,
  storePapers,
  storeSubscriber,
  syncBatchesWithDeliveries,
} from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;

beforeAll(async () => {
  test = await openTestApp({}, { isSystemClock: true });
});

afterAll(async () => {
  await test.close();
});

const HOUR_MS = 3_600_000;

describe('A process whose clock is far from the database’s', () => {
  it('A process with a wrong clock composes, claims and expires nothing and raises an alert, and goes on by itself', async () => {
    const { app, clock } = test;
    const { db, clockGuard, handlers, lease } = app;
    const states = async (digestId: number) =>
      (await countDeliveries(db, digestId, new Date())).states;
    const now = new Date();
    clock.set(now);
    // The day may end during the test.
    const today = now.toISOString().slice(0, 10);
    await storePapers(db, [buildPaper({ listedOn: today, usableOn: today })]);
    for (const email of ['ada@example.org', 'bob@example.org'])
      await storeSubscriber(db, { email });
    const { digest } = await composeDigest(db, { kind: 'daily', date: today, now });
    const digestId = digest?.id ?? 0;
    await db.execute(sql`UPDATE batches SET send_at = ${now}`);
    await db.execute(sql`UPDATE deliveries SET send_at = ${now}, next_at = ${now}`);
    await db.execute(sql`
      UPDATE deliveries SET state = 'deferred', attempts = 1
      WHERE subscriber_id = (SELECT min(id) FROM subscribers)`);
    await syncBatchesWithDeliveries(db);
    await lease();

    clock.set(new Date(Date.now() + 31 * 24 * HOUR_MS));
    await clockGuard.measure();
    for (const kind of ['daily', 'weekly'] as const) await handlers.compose({ kind });
    await handlers.sweep({});
    await handlers.prune({});
    await handlers.batch({ digestId, batch: 0 });
    expect(await states(digestId)).toMatchObject({ pending: 1, deferred: 1 });
    expect(await listDigests(db, 9)).toHaveLength(1);
    const command = {
      digest: await requireDigest(db, 'daily', today),
      isImmediate: true,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    };
    await expect(sendDigest(app, command)).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
    await handlers.monitor({});
    await expect
      .poll(async () => (await listOpenIncidents(db, ['clock-skew'])).map(({ times }) => times))
      .toEqual([1]);

    const roles = await startRoles(app, ['worker', 'scheduler']);
    await app.queue.enqueue('batch', { digestId, batch: 0 }, 'waits');
    clock.set(new Date());
    await clockGuard.measure();
    const countSent = async () => {
      clock.set(new Date());
      return (await states(digestId)).sent;
    };
    await expect.poll(countSent).toBe(2);
    await roles.stop();
    expect(await listOpenIncidents(db, ['clock-skew'])).toEqual([]);
  });
});
