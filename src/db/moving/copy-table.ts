import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import {
  attachPartition,
  createPartition,
  getPartitionName,
  listPartitions,
} from '../deliveries/partitions.ts';
import { listIdentityColumns, listStoredColumns } from './tables.ts';

/** Rows that are read and written at a time. */
const ROWS_PER_PAGE = 1000;

/** The transaction to read from and the one to write to. */
export interface CopyTransactions {
  from: Db;
  to: Db;
}

/** Sets how values are formatted as text, so that both servers format them alike and without
 *  loss. */
export async function alignOutputFormats({ from, to }: CopyTransactions): Promise<void> {
  for (const db of [from, to]) {
    await db.execute(sql`SET LOCAL extra_float_digits = 1`);
    await db.execute(sql`SET LOCAL bytea_output = 'hex'`);
  }
}

/** Copies the rows of a table to one with the same columns. Values stay in PostgreSQL's own JSON
 *  text, which nothing parses on the way. `onRows` is called with the number of rows of each
 *  page. */
export async function copyTable(
  { from, to }: CopyTransactions,
  table: string,
  onRows: (count: number) => void,
): Promise<void> {
  const columns = joinIdentifiers(await listStoredColumns(from, table));
  const name = sql.identifier(table);
  await from.execute(sql`DECLARE copied NO SCROLL CURSOR FOR ${selectRowsAsJson(table, columns)}`);
  for (;;) {
    const page = await from.execute<{ row: string }>(
      sql`FETCH ${sql.raw(String(ROWS_PER_PAGE))} FROM copied`,
    );
    if (page.rows.length === 0) break;
    const rows = `[${page.rows.map(({ row }) => row).join(',')}]`;
    await to.execute(sql`
      INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE
      SELECT ${columns} FROM json_populate_recordset(NULL::${name}, ${rows}::json)`);
    onRows(page.rows.length);
  }
  await from.execute(sql`CLOSE copied`);
}

/** Copies the deliveries of all digests, each into a table of its own. */
export async function copyDeliveries(
  transactions: CopyTransactions,
  onRows: (count: number) => void,
): Promise<void> {
  for (const digestId of await listPartitions(transactions.from)) {
    await createPartition(transactions.to, digestId);
    await copyTable(transactions, getPartitionName(digestId), onRows);
    await attachPartition(transactions.to, digestId);
  }
}

/** Copies the current value of each sequence, so that no id is ever used twice, not even that of a
 *  removed row. */
export async function copySequences({ from, to }: CopyTransactions): Promise<void> {
  for (const { table, column } of await listIdentityColumns(from)) {
    const sequence = sql`pg_get_serial_sequence(${table}, ${column})`;
    const sequenceName = await from.execute<{ name: string }>(sql`SELECT ${sequence} AS name`);
    const sequenceState = await from.execute<{ last: string; wasGiven: boolean }>(
      sql`SELECT last_value AS last, is_called AS "wasGiven" FROM ${sql.raw(sequenceName.rows[0]?.name ?? '')}`,
    );
    const { last = '1', wasGiven = false } = sequenceState.rows[0] ?? {};
    await to.execute(sql`SELECT setval(${sequence}, ${last}::bigint, ${wasGiven})`);
  }
}

/** The number of a table's rows and the sum of their hashes, whatever their order. */
interface TableChecksum {
  rows: number;
  checksum: string;
}

/** Computes the checksum of a table over its stored columns. */
export async function computeTableChecksum(db: Db, table: string): Promise<TableChecksum> {
  const columns = joinIdentifiers(await listStoredColumns(db, table));
  const result = await db.execute<{ rows: string; checksum: string }>(sql`
    SELECT count(*) AS rows,
      coalesce(sum(('x' || left(md5("row"), 15))::bit(60)::bigint), 0)::text AS checksum
    FROM (${selectRowsAsJson(table, columns)}) AS written`);
  const { rows = '0', checksum = '0' } = result.rows[0] ?? {};
  return { rows: Number(rows), checksum };
}

function selectRowsAsJson(table: string, columns: SQL): SQL {
  return sql`
    SELECT row_to_json(stored)::text AS "row"
    FROM (SELECT ${columns} FROM ${sql.identifier(table)}) AS stored`;
}

function joinIdentifiers(columns: readonly string[]): SQL {
  return sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  );
}
