import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { listOpenIncidents, raiseAlert } from '../../../src/db/alerts/alerts.ts';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import { markDigestPaused } from '../../../src/db/digests/digests.ts';
import type { Alert } from '../../../src/domain/alerts/alert.ts';
import type { FetchOutcome } from '../../../src/domain/sources/source.ts';
import { isWorkingDay } from '../../../src/domain/sources/working-days.ts';
import { createAlerts } from '../../../src/services/alerts/alerts.ts';
import { monitorInstallation } from '../../../src/services/monitoring/monitor-installation.ts';
import { FRIDAY, seedDayAt } from '../../support/clock.ts';
import { MINUTE_MS, useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database } = fixture;
const SOURCE = { name: 'hf-daily', usableAfterDays: 1, listsOn: isWorkingDay } as const;
const alertsSent: string[] = [];

function runMonitor(sources = [SOURCE]): Promise<void> {
  const { db } = database;
  const alerts = createAlerts({
    db,
    clock,
    onRaised: ({ kind }) => alertsSent.push(kind),
    onEnded: ({ kind }) => alertsSent.push(`${kind} is over`),
  });
  const deps = {
    db,
    alerts,
    sources,
    composeAt: { hour: 5, minute: 30 },
    waitMs: 120 * MINUTE_MS,
  };
  return monitorInstallation(deps, clock());
}

const open = async () =>
  (await listOpenIncidents(database.db)).map(({ kind, subject }) => `${kind} ${subject}`);
const raise = (alert: Omit<Alert, 'sentence'>) =>
  raiseAlert(database.db, { ...alert, sentence: 'So it is.' }, clock());

async function fetched(
  day: string,
  outcome: FetchOutcome,
  when: Date,
  failures = 0,
): Promise<void> {
  await database.db.execute(sql`
    INSERT INTO sources (name, next_at, failures) VALUES (${SOURCE.name}, ${when}, ${failures})
    ON CONFLICT (name) DO UPDATE SET failures = excluded.failures`);
  await database.db.execute(sql`
    INSERT INTO fetches (source, day, started_at, ended_at, outcome, found, added, updated, refused)
    VALUES (${SOURCE.name}, ${day}, ${when}, ${when}, ${outcome}, 0, 0, 0, 0)`);
}

beforeEach(async () => {
  await database.db.execute(sql`TRUNCATE alerts, fetches, sources`);
  alertsSent.length = 0;
});

describe('monitorInstallation', () => {
  it('A source that answers without the papers of a working day is quiet until they come', async () => {
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-07', 'empty', seedDayAt('06:00:00'));
    clock.set(seedDayAt('07:29:00'));
    await runMonitor();
    expect(await open()).toEqual([]);
    clock.set(seedDayAt('07:30:00'));
    await runMonitor();
    await runMonitor();
    expect(await open()).toEqual(['source-quiet hf-daily']);
    await fetched('2026-05-07', 'papers', seedDayAt('08:00:00'));
    await runMonitor();
    expect(alertsSent).toEqual(['source-quiet', 'source-quiet is over']);
  });

  it('A quiet source stays quiet over a weekend, when no list is expected', async () => {
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-08', 'empty', new Date('2026-05-09T06:00:00Z'));
    for (const now of ['2026-05-09T07:30:00Z', '2026-05-10T07:30:00Z']) {
      clock.set(now);
      await runMonitor();
      expect(await open()).toEqual(['source-quiet hf-daily']);
    }
    await fetched('2026-05-08', 'papers', new Date('2026-05-10T08:00:00Z'));
    await runMonitor();
    expect(alertsSent).toEqual(['source-quiet', 'source-quiet is over']);
  });

  it('A source that fails or sends an old list is not also quiet', async () => {
    clock.set(seedDayAt('07:30:00'));
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-07', 'failed', seedDayAt('06:00:00'), 3);
    await runMonitor();
    await fetched('2026-05-07', 'stale', seedDayAt('06:30:00'));
    await raise({ kind: 'source-stale', subject: SOURCE.name });
    await runMonitor();
    expect(alertsSent).toEqual([]);
  });

  it('No list is expected after a weekend, or from before a source was first fetched', async () => {
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-10', 'empty', new Date('2026-05-10T12:00:00Z'));
    clock.set('2026-05-10T12:00:00Z');
    await runMonitor();
    await database.db.execute(sql`TRUNCATE fetches`);
    await fetched('2026-05-08', 'empty', seedDayAt('09:00:00'));
    clock.set(seedDayAt('09:01:00'));
    await runMonitor();
    expect(alertsSent).toEqual([]);
  });

  it('The alerts of sources that are no longer configured end', async () => {
    for (const kind of ['source-failed', 'source-quiet', 'source-stale'] as const)
      await raise({ kind, subject: 'arxiv:cs.CL' });
    await runMonitor();
    expect(await open()).toEqual([]);
  });

  it('The queue is behind after 15 minutes, until the due work is done', async () => {
    await composeFor([{}]);
    clock.set(seedDayAt('07:15:00'));
    await runMonitor([]);
    expect(await open()).toEqual([]);
    clock.set(seedDayAt('07:15:01'));
    await runMonitor([]);
    expect(await listOpenIncidents(database.db)).toMatchObject([
      {
        kind: 'queue-behind',
        subject: 'deliveries',
        sentence: expect.stringContaining('07:00 UTC'),
      },
    ]);
    await database.db.execute(sql`UPDATE batches SET due_at = NULL`);
    await runMonitor([]);
    expect(alertsSent).toEqual(['queue-behind', 'queue-behind is over']);
  });

  it('The queue is behind when a live worker has held a batch for half an hour', async () => {
    await composeFor([{}]);
    const leaseId = await openLease(database.db, 'stuck');
    await database.db.execute(sql`
      UPDATE batches SET lease_id = ${leaseId}, claimed_at = ${seedDayAt('07:00:00')}`);
    clock.set(seedDayAt('07:30:00'));
    await runMonitor([]);
    expect(await open()).toEqual([]);
    clock.set(seedDayAt('07:30:01'));
    await runMonitor([]);
    expect(await listOpenIncidents(database.db)).toMatchObject([
      { kind: 'queue-behind', subject: 'deliveries' },
    ]);
  });

  it('The queue is not behind while the relay is down', async () => {
    await composeFor([{}]);
    clock.set(seedDayAt('08:00:00'));
    await raise({ kind: 'relay-down', subject: 'smtp://relay' });
    await runMonitor([]);
    expect(alertsSent).toEqual([]);
  });

  it('The alert of a relay ends once no process raises it any more', async () => {
    await raise({ kind: 'relay-down', subject: 'smtp://relay' });
    clock.advance(5 * MINUTE_MS);
    await runMonitor([]);
    expect(alertsSent).toEqual([]);
    clock.advance(1);
    await runMonitor([]);
    expect(alertsSent).toEqual(['relay-down is over']);
  });

  it('The alert about a paused digest ends when the digest is resumed', async () => {
    const { digestId } = await composeFor([{}]);
    await markDigestPaused(database.db, digestId, 'Too many were refused.', clock());
    await raise({ kind: 'refusals', subject: `daily ${FRIDAY}` });
    await runMonitor([]);
    expect(alertsSent).toEqual([]);
    await database.db.execute(sql`UPDATE digests SET paused_at = NULL`);
    await runMonitor([]);
    expect(alertsSent).toEqual(['refusals is over']);
  });

  it('The alert about late papers ends when they come, or when the next digest is due', async () => {
    clock.set(seedDayAt('06:00:00'));
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await raise({ kind: 'papers-late', subject: `daily ${FRIDAY}` });
    await raise({ kind: 'papers-late', subject: 'daily 2026-05-07' });
    await runMonitor();
    expect(await open()).toEqual([`papers-late daily ${FRIDAY}`]);
    await fetched('2026-05-07', 'papers', seedDayAt('06:10:00'));
    await runMonitor();
    expect(await open()).toEqual([]);
  });
});
