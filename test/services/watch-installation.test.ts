import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { listAlarms, raiseAlarm } from '../../src/db/alarms.ts';
import { pauseDigest } from '../../src/db/digests.ts';
import type { Alarm } from '../../src/domain/alarm.ts';
import type { FetchOutcome } from '../../src/domain/fetched.ts';
import { isWorkingDay } from '../../src/domain/working-days.ts';
import { createAlarms } from '../../src/services/support/alarms.ts';
import { watchInstallation } from '../../src/services/watch-installation.ts';
import { at, FRIDAY } from '../support/clock.ts';
import { MINUTE_MS, useEngine } from './support/engine.ts';

const engine = useEngine();
const { clock, composeFor, database } = engine;
const SOURCE = { name: 'hf-daily', usableAfterDays: 1, listsOn: isWorkingDay } as const;
const told: string[] = [];

function look(sources = [SOURCE]): Promise<void> {
  const { db } = database;
  const alarms = createAlarms({
    db,
    clock,
    onRaised: ({ kind }) => told.push(kind),
    onEnded: ({ kind }) => told.push(`${kind} is over`),
  });
  const deps = { db, alarms, sources, composeAt: { hour: 5, minute: 30 }, waitMs: 120 * MINUTE_MS };
  return watchInstallation(deps, clock());
}

const open = async () =>
  (await listAlarms(database.db)).map(({ kind, subject }) => `${kind} ${subject}`);
const raise = (alarm: Omit<Alarm, 'sentence'>) =>
  raiseAlarm(database.db, { ...alarm, sentence: 'So it is.' }, clock());

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
  await database.db.execute(sql`TRUNCATE alarms, fetches, sources`);
  told.length = 0;
});

describe('The watch', () => {
  it('finds a source quiet that answers without the papers of a working day, until they come', async () => {
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-07', 'empty', at('06:00:00'));
    clock.set(at('07:29:00'));
    await look();
    expect(await open()).toEqual([]);
    clock.set(at('07:30:00'));
    await look();
    await look();
    expect(await open()).toEqual(['source-quiet hf-daily']);
    await fetched('2026-05-07', 'papers', at('08:00:00'));
    await look();
    expect(told).toEqual(['source-quiet', 'source-quiet is over']);
  });

  it('finds it quiet over a weekend too, when nothing else is expected of it', async () => {
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-08', 'empty', new Date('2026-05-09T06:00:00Z'));
    for (const now of ['2026-05-09T07:30:00Z', '2026-05-10T07:30:00Z']) {
      clock.set(now);
      await look();
      expect(await open()).toEqual(['source-quiet hf-daily']);
    }
    await fetched('2026-05-08', 'papers', new Date('2026-05-10T08:00:00Z'));
    await look();
    expect(told).toEqual(['source-quiet', 'source-quiet is over']);
  });

  it('leaves it at one alarm when the source fails, or sends an old list', async () => {
    clock.set(at('07:30:00'));
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-07', 'failed', at('06:00:00'), 3);
    await look();
    await fetched('2026-05-07', 'stale', at('06:30:00'));
    await raise({ kind: 'source-stale', subject: SOURCE.name });
    await look();
    expect(told).toEqual([]);
  });

  it('expects nothing after a weekend, nor from before a source was first asked', async () => {
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await fetched('2026-05-10', 'empty', new Date('2026-05-10T12:00:00Z'));
    clock.set('2026-05-10T12:00:00Z');
    await look();
    await database.db.execute(sql`TRUNCATE fetches`);
    await fetched('2026-05-08', 'empty', at('09:00:00'));
    clock.set(at('09:01:00'));
    await look();
    expect(told).toEqual([]);
  });

  it('ends the alarms of sources that are not set any more', async () => {
    for (const kind of ['source-failed', 'source-quiet', 'source-stale'] as const)
      await raise({ kind, subject: 'arxiv:cs.CL' });
    await look();
    expect(await open()).toEqual([]);
  });

  it('finds the queue behind after a quarter of an hour, and in order when it has gone on', async () => {
    await composeFor([{}]);
    clock.set(at('07:15:00'));
    await look([]);
    expect(await open()).toEqual([]);
    clock.set(at('07:15:01'));
    await look([]);
    expect(await listAlarms(database.db)).toMatchObject([
      {
        kind: 'queue-behind',
        subject: 'deliveries',
        sentence: expect.stringContaining('07:00 UTC'),
      },
    ]);
    await database.db.execute(sql`UPDATE batches SET due_at = NULL`);
    await look([]);
    expect(told).toEqual(['queue-behind', 'queue-behind is over']);
  });

  it('does not blame the queue while no relay takes mail', async () => {
    await composeFor([{}]);
    clock.set(at('08:00:00'));
    await raise({ kind: 'relay-down', subject: 'smtp://relay' });
    await look([]);
    expect(told).toEqual([]);
  });

  it('ends the alarm of a relay that nobody notes any more: its process is gone', async () => {
    await raise({ kind: 'relay-down', subject: 'smtp://relay' });
    clock.advance(5 * MINUTE_MS);
    await look([]);
    expect(told).toEqual([]);
    clock.advance(1);
    await look([]);
    expect(told).toEqual(['relay-down is over']);
  });

  it('ends the alarm about a digest that was paused when it goes on', async () => {
    const { digestId } = await composeFor([{}]);
    await pauseDigest(database.db, digestId, 'Too many were refused.', clock());
    await raise({ kind: 'refusals', subject: `daily ${FRIDAY}` });
    await look([]);
    expect(told).toEqual([]);
    await database.db.execute(sql`UPDATE digests SET paused_at = NULL`);
    await look([]);
    expect(told).toEqual(['refusals is over']);
  });

  it('ends the alarm about late papers when they have come, or the next digest is due', async () => {
    clock.set(at('06:00:00'));
    await fetched('2026-05-06', 'papers', new Date('2026-05-06T12:00:00Z'));
    await raise({ kind: 'papers-late', subject: `daily ${FRIDAY}` });
    await raise({ kind: 'papers-late', subject: 'daily 2026-05-07' });
    await look();
    expect(await open()).toEqual([`papers-late daily ${FRIDAY}`]);
    await fetched('2026-05-07', 'papers', at('06:10:00'));
    await look();
    expect(await open()).toEqual([]);
  });
});
