import { sql } from 'drizzle-orm';
import type { Db } from './client.ts';

/**
 * Ends the pauses whose day is `date` or was before, and asks for a letter with the best of each absence,
 * in one statement. Returns how many readers are active again.
 */
export async function endPauses(
  tx: Db,
  { date, now, expiresAt }: { date: string; now: Date; expiresAt: Date },
): Promise<number> {
  const result = await tx.execute<{ count: number }>(sql`
    WITH returned AS (
      UPDATE subscribers SET status = 'active', paused_until = NULL, updated_at = ${now}
      WHERE status = 'paused' AND paused_until <= ${date}
      RETURNING id, paused_at
    ), asked AS (
      INSERT INTO letters (subscriber_id, kind, state, requested_at, expires_at, next_at, attempts)
      SELECT id, 'return', 'pending', ${now}::timestamptz, ${expiresAt}::timestamptz, ${now}::timestamptz, 0
      FROM returned WHERE paused_at IS NOT NULL
    )
    SELECT count(*)::int AS count FROM returned`);
  return result.rows[0]?.count ?? 0;
}
