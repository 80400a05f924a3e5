import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { DELIVERY_DETAILS } from '../../../src/copy/en/deliveries.ts';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import { claimBatch } from '../../../src/db/deliveries/transitions/claim.ts';
import { expireDeliveries } from '../../../src/db/deliveries/transitions/expire.ts';
import { skipDeliveriesOf } from '../../../src/db/deliveries/transitions/skip-subscriber.ts';
import { markDigestCancelled, markDigestPaused } from '../../../src/db/digests/digests.ts';
import { listFinishedDigests } from '../../../src/db/digests/retention.ts';
import { addTransactionalEmail } from '../../../src/db/transactional/transactional-emails.ts';
import { enqueueRemaining } from '../../../src/services/deliveries/enqueue-batches.ts';
import { sweepDeliveries } from '../../../src/services/deliveries/sweep-deliveries.ts';
import { resumeDigest } from '../../../src/services/digests/resume-digest.ts';
import { createTestClock, FRIDAY } from '../../support/clock.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import {
  storeManySubscribers,
  storePapers,
  syncBatchesWithDeliveries,
} from '../../support/rows.ts';
import { buildPaperOf, useDigestFixture } from '../digests/digest-fixture.ts';

const digests = useDigestFixture();
const { compose, database, subscriber, setStates, storeLease } = digests;

/** Changes with every write of a batch. */
async function listBatchVersions(digestId: number): Promise<unknown[]> {
  const { rows } = await database.db.execute(
    sql`SELECT batch, xmin::text FROM batches WHERE digest_id = ${digestId} ORDER BY batch`,
  );
  return rows;
}

async function setNextAt(time: Date): Promise<void> {
  await database.db.execute(sql`UPDATE deliveries SET next_at = ${time}`);
  await syncBatchesWithDeliveries(database.db);
}

describe('The sweep', () => {
  const NOW = new Date('2026-05-08T07:00:00Z');
  const quiet = {
    batches: 0,
    transactionalEmails: 0,
    expired: 0,
    skipped: 0,
    pending: 0,
    unknown: 0,
  };
  const sweep = (now = NOW) => sweepDeliveries({ db: database.db, queue: digests.queue }, now);

  async function composeFor(subscribers: number): Promise<number> {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await storeManySubscribers(database.db, { count: subscribers, papers: 10 });
    return (await compose('daily', FRIDAY)).digest?.id ?? 0;
  }

  it('A sweep enqueues one job for each due batch, with the same ids each time', async () => {
    const digestId = await composeFor(401);
    expect(await sweep(new Date(NOW.getTime() - 60_001))).toEqual(quiet);
    expect(digests.queue.enqueued).toEqual([]);
    expect(await sweep()).toEqual({ ...quiet, batches: 3 });
    const ids = [0, 1, 2].map((batch) => `batch-${digestId}-${batch}-0`);
    expect(digests.queue.enqueued).toEqual(
      ids.map((id, batch) => ({ name: 'batch', data: { digestId, batch }, id })),
    );
    await sweep();
    expect(digests.queue.enqueued.slice(3).map(({ id }) => id)).toEqual(ids);
  });

  it('A sweep enqueues what is due before the next one for its time, under another id', async () => {
    const digestId = await composeFor(1);
    const data = { digestId, batch: 0 };
    expect(await sweep(new Date(NOW.getTime() - 60_000))).toEqual(quiet);
    await sweep(new Date(NOW.getTime() - 37_000));
    const id = `batch-${digestId}-0-0-later`;
    expect(digests.queue.enqueued).toEqual([
      { name: 'batch', data, id, delayMs: 60_500 },
      { name: 'batch', data, id, delayMs: 37_500 },
    ]);
  });

  it('A sweep enqueues nothing ahead of a paused digest or of a batch that a worker holds', async () => {
    const digestId = await composeFor(201);
    const before = new Date(NOW.getTime() - 30_000);
    await database.db.execute(
      sql`UPDATE batches SET lease_id = ${await storeLease('is alive')} WHERE batch = 0`,
    );
    await sweep(before);
    expect(digests.queue.enqueued.map(({ id }) => id)).toEqual([`batch-${digestId}-1-0-later`]);
    await markDigestPaused(database.db, digestId, 'by an operator', NOW);
    await sweep(before);
    expect(digests.queue.enqueued).toHaveLength(1);
  });

  it('A sweep enqueues deferred deliveries when they are due', async () => {
    await composeFor(2);
    await setStates({ deferred: 1, sent: 1 });
    const later = new Date(NOW.getTime() + 300_000);
    await setNextAt(later);
    expect(await sweep()).toEqual(quiet);
    expect(await sweep(later)).toEqual({ ...quiet, batches: 1 });
  });

  it('A sweep expires retries when the next digest is due', async () => {
    const digestId = await composeFor(2);
    await setStates({ deferred: 2 });
    await setNextAt(new Date('2027-01-01'));
    const dayLater = NOW.getTime() + 86_400_000;
    expect(await sweep(new Date(dayLater - 1))).toEqual(quiet);
    expect(await sweep(new Date(dayLater))).toEqual({ ...quiet, expired: 2 });
    const { rows } = await database.db.execute(
      sql`SELECT DISTINCT state, digest_id AS digest FROM deliveries`,
    );
    expect(rows).toEqual([{ state: 'expired', digest: digestId }]);
  });

  it('After an outage of a day the newest digest wins: what was never begun expires, too', async () => {
    const digestId = await composeFor(2);
    await storePapers(database.db, [buildPaperOf('2026-05-09')]);
    const next = (await compose('daily', '2026-05-09')).digest?.id;
    expect(await sweep(new Date('2026-05-09T07:10:00Z'))).toMatchObject({ batches: 1, expired: 2 });
    expect(digests.queue.enqueued.map(({ data }) => data)).toEqual([{ digestId: next, batch: 0 }]);
    const { rows } = await database.db.execute(
      sql`SELECT DISTINCT state, detail FROM deliveries WHERE digest_id = ${digestId}`,
    );
    expect(rows).toEqual([{ state: 'expired', detail: DELIVERY_DETAILS.expired }]);
  });

  it('Nothing expires twice: the next sweep finds no batch of the old digest', async () => {
    const digestId = await composeFor(2);
    const dayLater = new Date(NOW.getTime() + 86_400_000);
    await sweep(dayLater);
    const before = await listBatchVersions(digestId);
    expect(await sweep(dayLater)).toEqual(quiet);
    expect(await listBatchVersions(digestId)).toEqual(before);
  });

  it('A large digest expires in transactions of fifty batches', async () => {
    const digestId = await composeFor(60);
    // A batch for each delivery.
    await database.db.execute(sql`UPDATE deliveries SET batch = subscriber_id`);
    await database.db.execute(sql`
      INSERT INTO batches (digest_id, batch, send_at, is_immediate, claims)
      SELECT digest_id, batch, send_at, false, 0 FROM deliveries ON CONFLICT DO NOTHING`);
    await syncBatchesWithDeliveries(database.db);
    const now = new Date(NOW.getTime() + 86_400_000);
    const expire = () => expireDeliveries(database.db, { now, maxBatches: 50 });
    expect(await expire()).toEqual({ deliveries: 50, batches: 50 });
    expect(await expire()).toEqual({ deliveries: 10, batches: 10 });
    expect(await expire()).toEqual({ deliveries: 0, batches: 0 });
    const { states } = await countDeliveries(database.db, digestId, now);
    expect(states).toMatchObject({ expired: 60, pending: 0 });
  });

  it('A digest that is resumed late is sent only to those whose next digest is not due yet', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await subscriber({ frequency: 'daily' });
    const weekdays = await subscriber({ frequency: 'weekdays' });
    const digest = (await compose('daily', FRIDAY)).digest;
    if (!digest) throw new Error('Nothing was composed.');
    await markDigestPaused(database.db, digest.id, 'Wait.', NOW);
    const saturday = new Date('2026-05-09T10:00:00Z');
    expect(await sweep(saturday)).toEqual({ ...quiet, expired: 1 });
    await resumeDigest({ db: database.db, queue: digests.queue, clock: () => saturday }, digest);
    expect(digests.queue.enqueued).toHaveLength(1);
    const monday = new Date('2026-05-11T07:00:00Z');
    expect(await sweep(new Date(monday.getTime() - 1))).toEqual({ ...quiet, batches: 1 });
    const { rows } = await database.db.execute(
      sql`SELECT state FROM deliveries ORDER BY subscriber_id = ${weekdays}`,
    );
    expect(rows).toEqual([{ state: 'expired' }, { state: 'pending' }]);
    expect(await sweep(monday)).toEqual({ ...quiet, expired: 1 });
  });

  it('A batch is finished when its last subscriber leaves', async () => {
    await composeFor(1);
    const { db } = database;
    const { rows } = await db.execute<{ id: string }>(sql`SELECT id FROM subscribers`);
    await db.transaction((tx) => skipDeliveriesOf(tx, Number(rows[0]?.id), 'Left.', NOW));
    expect(await listFinishedDigests(db, NOW)).toHaveLength(1);
    expect(await sweep()).toEqual(quiet);
  });

  it('A worker claims nothing that has expired, even before a sweep', async () => {
    const digestId = await composeFor(1);
    const key = { digestId, batch: 0, leaseId: await openLease(database.db, 'test') };
    const expiresAt = new Date(NOW.getTime() + 86_400_000);
    expect(await claimBatch(database.db, { ...key, now: expiresAt })).toEqual([]);
    const before = new Date(expiresAt.getTime() - 1);
    expect(await claimBatch(database.db, { ...key, now: before })).toHaveLength(1);
  });

  it('A sweep enqueues due transactional e-mails', async () => {
    const id = await subscriber();
    const email = { subscriberId: id, requestedAt: NOW, expiresAt: new Date('2026-05-10') };
    const emailId = await addTransactionalEmail(database.db, { ...email, kind: 'confirm' });
    expect(await sweep(new Date(NOW.getTime() - 1))).toEqual(quiet);
    expect(await sweep()).toEqual({ ...quiet, transactionalEmails: 1 });
    expect(digests.queue.enqueued).toEqual([
      { name: 'transactional-email', data: { emailId }, id: `transactional-email-${emailId}` },
    ]);
  });

  it('A batch whose lease expired goes back to pending, what was being sent to unknown', async () => {
    await composeFor(4);
    await storeLease('is over');
    await setStates({ claimed: 1, sending: 2, sent: 1 });
    expect(await sweep()).toEqual({ ...quiet, pending: 1, unknown: 2, batches: 1 });
    const { rows } = await database.db.execute(
      sql`SELECT state, lease_id AS lease, detail FROM deliveries ORDER BY subscriber_id`,
    );
    expect(rows).toMatchObject([
      { state: 'pending', lease: null },
      { state: 'unknown', lease: null, detail: expect.stringContaining('was gone') },
      { state: 'unknown', lease: null },
      { state: 'sent' },
    ]);
  });

  it('A sweep changes nothing that a live worker has claimed', async () => {
    await composeFor(2);
    await storeLease('is alive');
    await setStates({ claimed: 1, sending: 1 });
    expect(await sweep()).toEqual(quiet);
  });

  it('A batch that was claimed before gets a job with another id', async () => {
    const digestId = await composeFor(1);
    await database.db.execute(sql`UPDATE batches SET claims = 3`);
    await sweep();
    expect(digests.queue.enqueued.map(({ id }) => id)).toEqual([`batch-${digestId}-0-3`]);
  });

  it('A sweep enqueues nothing of a paused digest and skips the rest of a cancelled one', async () => {
    const digestId = await composeFor(3);
    await setStates({ pending: 1, deferred: 1, sent: 1 });
    await markDigestPaused(database.db, digestId, 'Wait.', NOW);
    expect(await sweep()).toEqual(quiet);
    await markDigestCancelled(database.db, digestId, NOW);
    expect(await sweep()).toEqual({ ...quiet, skipped: 2 });
    expect(await sweep()).toEqual(quiet);
    const { rows } = await database.db.execute(
      sql`SELECT state, detail FROM deliveries ORDER BY subscriber_id`,
    );
    expect(rows).toMatchObject([
      { state: 'skipped', detail: 'The digest was cancelled.' },
      { state: 'skipped' },
      { state: 'sent' },
    ]);
  });

  it('A sweep releases the batches of dead workers even when the queue is down', async () => {
    await composeFor(2);
    await storeLease('is over');
    await setStates({ claimed: 1, sending: 1 });
    digests.queue.isDown = true;
    await expect(sweep()).rejects.toThrow();
    digests.queue.isDown = false;
    expect(await sweep()).toEqual({ ...quiet, batches: 1 });
  });
});

describe('The batches of a dead worker', () => {
  it('The batch of a dead worker is enqueued first, under an id that no waiting job has', async () => {
    const { db } = database;
    const now = new Date('2026-05-08T07:00:00Z');
    await storePapers(db, [buildPaperOf(FRIDAY)]);
    await subscriber();
    const digestId = (await compose('daily', FRIDAY, now)).digest?.id ?? 0;
    const leaseId = await openLease(db, 'gone');
    await claimBatch(db, { digestId, batch: 0, leaseId, now });
    const { queue } = digests;
    await sweepDeliveries({ db, queue }, now);
    const waitingIds = queue.enqueued.map(({ id }) => id);
    await database.database.pool.query(
      `UPDATE leases SET expires_at = clock_timestamp() - interval '1 s', expired_seen_at = 'epoch'`,
    );
    queue.enqueued.length = 0;
    const sweep = await sweepDeliveries({ db, queue }, now);
    expect(sweep).toMatchObject({ batches: 1, pending: 1, unknown: 0 });
    const [first] = queue.enqueued;
    expect(first).toMatchObject({ data: { digestId, batch: 0 }, isFirst: true });
    expect(waitingIds).toHaveLength(1);
    expect(waitingIds).not.toContain(first?.id);
  });
});

describe('The rest of a batch', () => {
  const clock = createTestClock('2026-05-08T07:00:00Z');

  it('The rest of a batch is enqueued for when it is due, unless the next sweep comes first', async () => {
    const queue = createRecordingQueue();
    const dueIn = (ms: number) => ({
      digestId: 7,
      batch: 3,
      claims: 2,
      dueAt: new Date(clock().getTime() + ms),
    });
    for (const ms of [2000, -5, 60_000]) await enqueueRemaining(queue, dueIn(ms), clock());
    const job = { name: 'batch', data: { digestId: 7, batch: 3 }, id: 'batch-7-3-2-later' };
    expect(queue.enqueued).toEqual([
      { ...job, delayMs: 2000 },
      { ...job, delayMs: 1000 },
    ]);
  });
});
