import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** Fill factor of a page in percent, the least that PostgreSQL allows: a delivery that grows on its
 *  way to `sent` stays in its page, so that no index is updated (HOT). */
const FILL_PERCENT = 10;

/** More than the deliveries that are inserted into one page. */
const PAGE_STRIDE = 10;

/** The partition with the deliveries of a digest. Statements name it directly, so that they neither
 *  plan for nor lock the partitions of other digests. */
export function getPartition(digestId: number): SQL {
  return sql.raw(getPartitionName(digestId));
}

/** The name of that partition. @throws RangeError for a number that is no id. */
export function getPartitionName(digestId: number): string {
  if (!Number.isSafeInteger(digestId) || digestId < 1) {
    throw new RangeError(`The id of a digest is ${digestId}: expected a whole number from 1 on.`);
  }
  return `deliveries_${digestId}`;
}

/** Creates the table for the deliveries of a digest, without indexes and not attached. */
export async function createPartition(db: Db, digestId: number): Promise<void> {
  await db.execute(sql`
    CREATE TABLE ${getPartition(digestId)} (LIKE deliveries INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    WITH (fillfactor = ${sql.raw(String(FILL_PERCENT))})`);
}

/** Indexes a filled table and attaches it to `deliveries`. Other digests can be sent at the same
 *  time. */
export async function attachPartition(db: Db, digestId: number): Promise<void> {
  const table = getPartition(digestId);
  await db.execute(sql`ALTER TABLE ${table} ADD PRIMARY KEY (digest_id, subscriber_id)`);
  await db.execute(sql`CREATE INDEX ON ${table} (batch)`);
  const value = sql.raw(String(digestId));
  await db.execute(sql`ALTER TABLE deliveries ATTACH PARTITION ${table} FOR VALUES IN (${value})`);
  await db.execute(sql`ANALYZE ${table}`);
}

/** Reorders deliveries that were read page by page, so that those written together are in different
 *  pages: between two writes to a page, its dead rows can be pruned. */
export function interleaveAcrossPages<Delivery>(deliveries: readonly Delivery[]): Delivery[] {
  return Array.from({ length: PAGE_STRIDE }, (_, first) =>
    deliveries.filter((_delivery, at) => at % PAGE_STRIDE === first),
  ).flat();
}

/** Lists the digests whose deliveries are kept. */
export async function listPartitions(db: Db): Promise<number[]> {
  const result = await db.execute<{ digestId: number }>(sql`
    SELECT replace(relname, 'deliveries_', '')::int AS "digestId"
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'deliveries'::regclass ORDER BY 1`);
  return result.rows.map(({ digestId }) => digestId);
}

/** A statement locks the partition and two indexes of each digest that it reads, in a table of the
 *  server that all sessions share. */
const DIGESTS_PER_STATEMENT = 2;

/** Splits digests so that each statement reads the deliveries of few. Pass a part as a parameter:
 *  PostgreSQL locks every partition for a statement whose digests come from a table. */
export function* splitDigests(digestIds: readonly number[]): Generator<number[]> {
  for (let start = 0; start < digestIds.length; start += DIGESTS_PER_STATEMENT)
    yield digestIds.slice(start, start + DIGESTS_PER_STATEMENT);
}

/** Drops the deliveries of a digest, whatever their number. */
export async function dropPartition(db: Db, digestId: number): Promise<void> {
  await db.execute(sql`DROP TABLE IF EXISTS ${getPartition(digestId)}`);
}
