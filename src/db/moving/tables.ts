import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** Every table, each after those that it refers to. */
export const TABLES = [
  'topics',
  'topic_set',
  'papers',
  'paper_topics',
  'paper_sources',
  'subscribers',
  'consents',
  'feedback',
  'library_papers',
  'library_lookups',
  'suppressions',
  'transactional_emails',
  'digests',
  'digest_papers',
  'leases',
  'batches',
  'delivery_delays',
  'deliveries',
  'sources',
  'fetches',
  'host_permits',
  'alerts',
  'signup_limits',
  'sending_rate_limits',
  'domain_throttles',
] as const;

/** The stored columns of a table, without generated ones. */
export async function listStoredColumns(db: Db, table: string): Promise<string[]> {
  const result = await db.execute<{ name: string }>(sql`
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = ${table}::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum`);
  return result.rows.map(({ name }) => name);
}

/** The identity columns of every table. */
export async function listIdentityColumns(db: Db): Promise<{ table: string; column: string }[]> {
  const result = await db.execute<{ table: string; column: string }>(sql`
    SELECT relname AS "table", attname AS "column"
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attidentity <> '' ORDER BY 1, 2`);
  return result.rows;
}

/** Whether a table holds any row. */
export async function hasRows(db: Db, table: string): Promise<boolean> {
  const result = await db.execute(sql`SELECT FROM ${sql.identifier(table)} LIMIT 1`);
  return result.rows.length > 0;
}
