import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { listOpenIncidents } from '../../../src/db/alerts/alerts.ts';
import type { Clock } from '../../../src/domain/time/clock.ts';
import { createAlerts } from '../../../src/services/alerts/alerts.ts';
import {
  assertClocksAgree,
  type ClockGuard,
  createClockGuard,
  trustClock,
} from '../../../src/services/monitoring/clock-guard.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
const clock = createTestClock('2026-05-08T07:00:00Z');
const HOUR_MS = 3_600_000;

let elapsed: number;
let guard: ClockGuard;
let changes: boolean[];
let alertsDone: Promise<unknown>[];

beforeEach(async () => {
  await database.db.execute(sql`TRUNCATE alerts`);
  clock.set('2026-05-08T07:00:00Z');
  elapsed = 5000;
  changes = [];
  alertsDone = [];
  guard = createClockGuard({
    clock,
    elapsedMs: () => elapsed,
    readDatabaseTime: async () => seenByDatabase(),
    createAlerts: createRecordedAlerts,
    log: () => undefined,
    machine: 'mail-1',
  });
  guard.onChange((isRight) => changes.push(isRight));
});

/** The database's clock is right, and monotonic time with it. */
const seenByDatabase = () => new Date(Date.UTC(2026, 4, 8, 7) + elapsed - 5000);

function createRecordedAlerts(alertClock: Clock) {
  const alerts = createAlerts({
    db: database.db,
    clock: alertClock,
    onRaised: () => undefined,
    onEnded: () => undefined,
  });
  const recorded = <Args extends unknown[]>(call: (...args: Args) => Promise<void>) => {
    return (...args: Args) => {
      const done = call(...args);
      alertsDone.push(done);
      return done;
    };
  };
  return { raise: recorded(alerts.raise), end: recorded(alerts.end) };
}

async function pass(durationMs: number): Promise<void> {
  elapsed += durationMs;
  clock.advance(durationMs);
}

const openAlerts = async () => {
  await Promise.all(alertsDone);
  return (await listOpenIncidents(database.db)).filter(({ kind }) => kind === 'clock-skew');
};

describe('The clock guard', () => {
  it('A clock is right while it differs from the database’s by a minute at most', async () => {
    await guard.measure();
    clock.advance(60_000);
    expect(guard.isRight()).toBe(true);
    clock.advance(1);
    expect(guard.isRight()).toBe(false);
    clock.advance(-120_001);
    expect(guard.isRight()).toBe(true);
    clock.advance(-1);
    expect(guard.isRight()).toBe(false);
  });

  it('A clock that was set is noticed without asking the database, whose time goes on', async () => {
    await guard.measure();
    clock.advance(2 * HOUR_MS);
    await pass(7000);
    expect(guard.isRight()).toBe(false);
    expect(guard.databaseClock()).toEqual(new Date('2026-05-08T07:00:07Z'));
    expect(await openAlerts()).toEqual([]);
  });

  it('An alert is open while the clock is wrong, dated by the database', async () => {
    await guard.measure();
    await Promise.all(alertsDone);
    clock.advance(-2 * HOUR_MS);
    for (let beat = 0; beat < 24; beat += 1) {
      await pass(5000);
      guard.note(seenByDatabase(), elapsed);
      // Seconds lie between two heartbeats: one alert is stored before the next.
      await Promise.all(alertsDone);
    }
    expect(changes).toEqual([false]);
    const [alert] = await openAlerts();
    expect(alert?.sentence).toMatch(/^The clock of mail-1 is 2 hours behind the database’s\. /);
    expect(alert).toMatchObject({ times: 2, raisedAt: new Date('2026-05-08T07:00:05Z') });
    clock.set(seenByDatabase());
    await guard.measure();
    expect(changes).toEqual([false, true]);
    expect(await openAlerts()).toEqual([]);
  });

  it('Who comes late is told at once that the last measurement found the clock wrong', async () => {
    const told: boolean[] = [];
    clock.advance(HOUR_MS);
    guard.onChange((isRight) => told.push(isRight));
    expect(told).toEqual([]);
    await guard.measure();
    guard.onChange((isRight) => told.push(isRight));
    expect(told).toEqual([false, false]);
  });

  it('A process that starts with the right clock ends the alert of the one before it', async () => {
    clock.advance(HOUR_MS);
    await guard.measure();
    expect(await openAlerts()).toHaveLength(1);
    clock.set(seenByDatabase());
    const restarted = createClockGuard({
      clock,
      elapsedMs: () => elapsed,
      readDatabaseTime: async () => seenByDatabase(),
      createAlerts: createRecordedAlerts,
      log: () => undefined,
      machine: 'mail-1',
    });
    await restarted.measure();
    expect(await openAlerts()).toEqual([]);
  });

  it('Before the first measurement, and where no other clock exists, the clock is right', () => {
    clock.advance(1000 * HOUR_MS);
    expect(guard.isRight()).toBe(true);
    expect(guard.databaseClock()).toEqual(clock());
    expect(trustClock(clock).isRight()).toBe(true);
  });

  it('A command compares the clock of its machine with the database’s once', async () => {
    await assertClocksAgree(database.db, () => new Date());
    const ahead = () => new Date(Date.now() + HOUR_MS);
    await expect(assertClocksAgree(database.db, ahead)).rejects.toMatchObject({
      code: 'CLOCK_SKEW',
    });
  });
});
