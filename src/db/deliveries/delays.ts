import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

interface CountedDelay {
  seconds: number;
  count: number;
}

/** Adds to the counts of how late first attempts of a digest were. */
export async function addDelays(
  db: Db,
  digestId: number,
  delays: readonly CountedDelay[],
): Promise<void> {
  if (delays.length === 0) return;
  // In order, since two workers that lock the same rows in different orders could deadlock.
  const sorted = [...delays].sort((a, b) => a.seconds - b.seconds);
  const [seconds, counts] = [sorted.map((each) => each.seconds), sorted.map(({ count }) => count)];
  await db.execute(sql`
    INSERT INTO delivery_delays AS known (digest_id, seconds, count)
    SELECT ${digestId}::int, seconds, count
    FROM unnest(${sql.param(seconds)}::int[], ${sql.param(counts)}::int[]) AS new (seconds, count)
    ON CONFLICT (digest_id, seconds) DO UPDATE SET count = known.count + excluded.count`);
}

/** The counts of a digest. */
export async function listDelays(db: Db, digestId: number): Promise<CountedDelay[]> {
  const { rows } = await db.execute<{ seconds: number; count: number }>(sql`
    SELECT seconds, count FROM delivery_delays WHERE digest_id = ${digestId}`);
  return rows.map(({ seconds, count }) => ({ seconds, count }));
}
