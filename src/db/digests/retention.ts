import { eq, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { countDeliveries } from '../deliveries/count-deliveries.ts';
import { dropPartition } from '../deliveries/partitions.ts';
import { batches, digests } from '../schema.ts';

/** Digests composed before `before` that still have their deliveries and no open batch, the oldest
 *  first. */
export async function listFinishedDigests(db: Db, before: Date): Promise<number[]> {
  const result = await db.execute<{ id: number }>(sql`
    SELECT id FROM digests
    WHERE composed_at < ${before} AND final_states IS NULL AND NOT EXISTS (
      SELECT FROM batches
      WHERE digest_id = digests.id AND (due_at IS NOT NULL OR lease_id IS NOT NULL)
    ) ORDER BY id`);
  return result.rows.map(({ id }) => id);
}

/** Removes the deliveries of a digest and stores the final count of each state. Gives up after half
 *  a second of waiting for readers of the table, such as a backup: statements on other digests
 *  would wait behind it. */
export async function removeDeliveries(db: Db, digestId: number, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`SET LOCAL lock_timeout = '500ms'`);
    const lockedBatches = await tx.execute<{ isOpen: boolean }>(sql`
      SELECT due_at IS NOT NULL OR lease_id IS NOT NULL AS "isOpen"
      FROM batches WHERE digest_id = ${digestId} FOR UPDATE`);
    // The operator may have resent one of them since the digest was listed.
    if (lockedBatches.rows.some(({ isOpen }) => isOpen)) return;
    const { states } = await countDeliveries(tx, digestId, now);
    await tx.update(digests).set({ finalStates: states }).where(eq(digests.id, digestId));
    await tx.delete(batches).where(eq(batches.digestId, digestId));
    await dropPartition(tx, digestId);
  });
}
