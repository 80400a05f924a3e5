import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** Initial filling of a page, in percent, the least that PostgreSQL takes: what a delivery grows by on its way
 *  to `sent` finds room beside it, so that no index is touched (HOT). */
const FILL_PERCENT = 10;

/** Deliveries that begin in one page are fewer. */
const PAGE_STRIDE = 10;

/** The table that holds the deliveries of one digest. Named outright, so that statements neither
 *  plan for nor lock those of all other mornings. */
export function getPartition(digestId: number): SQL {
  return sql.raw(getPartitionName(digestId));
}

/** The same as text. @throws RangeError for what is no id. */
export function getPartitionName(digestId: number): string {
  if (!Number.isSafeInteger(digestId) || digestId < 1) {
    throw new RangeError(`The id of a digest is ${digestId}: expected a whole number from 1 on.`);
  }
  return `deliveries_${digestId}`;
}

/** Makes the table for the deliveries of a digest, without indexes and known to nobody yet. */
export async function createPartition(db: Db, digestId: number): Promise<void> {
  await db.execute(sql`
    CREATE TABLE ${getPartition(digestId)} (LIKE deliveries INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    WITH (fillfactor = ${sql.raw(String(FILL_PERCENT))})`);
}

/** Makes a filled table part of `deliveries`. Sending of other digests goes on meanwhile. */
export async function attachPartition(db: Db, digestId: number): Promise<void> {
  const table = getPartition(digestId);
  await db.execute(sql`ALTER TABLE ${table} ADD PRIMARY KEY (digest_id, subscriber_id)`);
  await db.execute(sql`CREATE INDEX ON ${table} (batch)`);
  const value = sql.raw(String(digestId));
  await db.execute(sql`ALTER TABLE deliveries ATTACH PARTITION ${table} FOR VALUES IN (${value})`);
  await db.execute(sql`ANALYZE ${table}`);
}

/** Deliveries that were read in the order of their pages, dealt out so that those which are written together stand
 *  in pages apart: between two writes to a page its old rows make room for new ones. */
export function interleaveAcrossPages<Delivery>(deliveries: readonly Delivery[]): Delivery[] {
  return Array.from({ length: PAGE_STRIDE }, (_, first) =>
    deliveries.filter((_delivery, at) => at % PAGE_STRIDE === first),
  ).flat();
}

/** The digests whose deliveries are kept. */
export async function listPartitions(db: Db): Promise<number[]> {
  const result = await db.execute<{ digestId: number }>(sql`
    SELECT replace(relname, 'deliveries_', '')::int AS "digestId"
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'deliveries'::regclass ORDER BY 1`);
  return result.rows.map(({ digestId }) => digestId);
}

/** Removes the deliveries of a digest at one stroke, whatever their number. */
export async function dropPartition(db: Db, digestId: number): Promise<void> {
  await db.execute(sql`DROP TABLE IF EXISTS ${getPartition(digestId)}`);
}
