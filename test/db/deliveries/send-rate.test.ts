import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { reserveSendPermits } from '../../../src/db/deliveries/send-rate.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();

const readNextMs = async (relay: string) => {
  const { rows } = await database.db.execute<{ at: number }>(
    sql`SELECT (extract(epoch FROM next_at) * 1000)::float8 AS at FROM sending_rate_limits WHERE relay = ${relay}`,
  );
  return rows[0]?.at ?? 0;
};

const setNext = (relay: string, from: string) =>
  database.db.execute(sql`INSERT INTO sending_rate_limits (relay, next_at)
    VALUES (${relay}, clock_timestamp() + ${from}::interval)`);

describe('Permits in the database', () => {
  it('No two reservations share a moment, and none wastes time while others wait', async () => {
    let lastMs = 0;
    for (let round = 0; round < 10; round += 1) {
      const waitMs = await reserveSendPermits(database.db, 'mx:25', 500);
      const nextMs = await readNextMs('mx:25');
      expect(nextMs - lastMs).toBeGreaterThan(499.9);
      if (waitMs !== 0 && round > 0) expect(nextMs - lastMs).toBeCloseTo(500, 0);
      lastMs = nextMs;
    }
  });

  it('Reservations that are made at the same time follow each other', async () => {
    const before = Date.now();
    const waits = await Promise.all(
      Array.from({ length: 5 }, () => reserveSendPermits(database.db, 'same:25', 1000)),
    );
    expect(waits).not.toContain(null);
    expect((await readNextMs('same:25')) - before).toBeGreaterThan(4900);
  });

  it('The relays do not wait for each other', async () => {
    await setNext('slow:25', '9 s');
    expect(await reserveSendPermits(database.db, 'fast:25', 100)).toBe(0);
    expect(await reserveSendPermits(database.db, 'slow:25', 100)).toBeGreaterThan(0);
  });

  it('Nothing more is reserved once ten seconds are', async () => {
    await setNext('full:25', '19 s');
    expect(await reserveSendPermits(database.db, 'full:25', 100)).toBeNull();
  });

  it('What was reserved before the clock was set back does not block', async () => {
    await setNext('back:25', '1 hour');
    expect(await reserveSendPermits(database.db, 'back:25', 100)).toBe(0);
  });
});
