import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** Removes counts of networks whose hour is over. Returns how many. The table is written by
 *  rate-limiter-flexible, with its times in ms. */
export async function removeExpiredSignupLimits(db: Db, now: Date): Promise<number> {
  const removed = await db.execute(sql`DELETE FROM signup_limits WHERE expire < ${now.getTime()}`);
  return removed.rowCount ?? 0;
}
