import { sql } from 'drizzle-orm';
import { PaperboyError } from '../../domain/errors.ts';
import type { Db } from '../client.ts';
import { isLockTimeout } from '../transient.ts';

/** Locks the tables against all other sessions until the transaction ends.
 *  @throws PaperboyError `MOVE_TARGET_IN_USE`. */
export async function lockTablesForMove(tx: Db, tables: readonly string[]): Promise<void> {
  await tx.execute(sql`SET LOCAL lock_timeout = '10s'`);
  // The transaction also waits while the source is read.
  await tx.execute(sql`SET LOCAL idle_in_transaction_session_timeout = 0`);
  try {
    await tx.execute(sql`LOCK TABLE ${joinIdentifiers(tables)} IN ACCESS EXCLUSIVE MODE`);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new PaperboyError(
      'MOVE_TARGET_IN_USE',
      'The tables in the database of DATABASE_URL are in use: stop the processes that use them first.',
      { cause: error },
    );
  }
}

/** Removes all rows of a table that no other table refers to. */
export async function deleteAllRows(tx: Db, table: string): Promise<void> {
  await tx.execute(sql`DELETE FROM ${sql.identifier(table)}`);
}

/** Makes the digests those of this server: its timeline has nothing to do with that of the server
 *  they come from, so they would be taken for digests that a failover has left incomplete. */
export async function adoptTimeline(tx: Db): Promise<void> {
  await tx.execute(sql`UPDATE digests SET timeline_id = database_timeline()`);
}

/** Collects the planner's statistics before the first query. */
export async function analyseTables(tx: Db, tables: readonly string[]): Promise<void> {
  await tx.execute(sql`ANALYZE ${joinIdentifiers(tables)}`);
}

/** Whether the database can store every text of ours. */
export async function isUtf8(db: Db): Promise<boolean> {
  const result = await db.execute<{ encoding: string }>(
    sql`SELECT current_setting('server_encoding') AS encoding`,
  );
  return result.rows[0]?.encoding === 'UTF8';
}

function joinIdentifiers(tables: readonly string[]) {
  return sql.join(
    tables.map((table) => sql.identifier(table)),
    sql`, `,
  );
}
