import type { Database } from '../../db/client.ts';
import { endLeases } from '../../db/deliveries/transitions/end-leases.ts';
import { listAppliedMigrations } from '../../db/migrate.ts';
import {
  alignOutputFormats,
  type CopyTransactions,
  computeTableChecksum,
  copyDeliveries,
  copySequences,
  copyTable,
} from '../../db/moving/copy-table.ts';
import {
  adoptTimeline,
  analyseTables,
  deleteAllRows,
  isUtf8,
  lockTablesForMove,
} from '../../db/moving/move-target.ts';
import { hasRows, TABLES } from '../../db/moving/tables.ts';
import { PaperboyError } from '../../domain/errors.ts';

/** What was copied. */
export interface MoveReport {
  /** Rows of each table. */
  tables: Record<string, number>;
  /** Deliveries that a dead process had claimed: `pending` again, or `unknown` if it was sending
   *  them. */
  pending: number;
  unknown: number;
}

/** Progress: `table` is being copied or, with `isCheck`, compared. */
export interface MoveProgress {
  table: string;
  rows: number;
  isCheck: boolean;
}

/**
 * Copies everything from one database to another with the same tables, in one transaction: either
 * every table arrives, with the same number of rows and checksum, or nothing does. The source is
 * only read. The target must be empty except for topics, which are replaced. Deliveries that a
 * process was sending when it died become `unknown`.
 * @throws PaperboyError `MOVE_VERSION_DIFFERS`, `MOVE_TARGET_NOT_EMPTY`, `MOVE_TARGET_IN_USE`,
 * `MOVE_TARGET_NOT_UTF8`, `MOVE_DIFFERS`.
 */
export function moveDatabase(
  { from, to }: { from: Database; to: Database },
  now: Date,
  onProgress: (progress: MoveProgress) => void = () => undefined,
): Promise<MoveReport> {
  return from.db.transaction(
    (source) =>
      to.db.transaction(async (target) => {
        const databases = { from: source, to: target };
        await assertMovable(databases);
        await alignOutputFormats(databases);
        for (const table of LOADED_TABLES) await deleteAllRows(target, table);
        await copyAll(databases, onProgress);
        const tables = await compareAll(databases, onProgress);
        await adoptTimeline(target);
        const { pending, unknown } = await endLeases(target, { all: true }, now);
        await analyseTables(target, TABLES);
        return { tables, pending, unknown };
      }),
    { accessMode: 'read only' },
  );
}

/** Migrating fills these with the default topics. */
const LOADED_TABLES = ['topics', 'topic_set'] as const;

async function assertMovable({ from, to }: CopyTransactions): Promise<void> {
  const [sourceMigrations, targetMigrations] = [
    await listAppliedMigrations(from),
    await listAppliedMigrations(to),
  ];
  if (sourceMigrations.join() !== targetMigrations.join()) {
    throw new PaperboyError(
      'MOVE_VERSION_DIFFERS',
      `The embedded database has the tables of another version (${sourceMigrations.length} migrations, expected ${targetMigrations.length}): run “bin/paperboy migrate” without DATABASE_URL first.`,
    );
  }
  if (!(await isUtf8(to))) {
    throw new PaperboyError(
      'MOVE_TARGET_NOT_UTF8',
      'The database of DATABASE_URL does not store text as UTF-8: expected one created with ENCODING ‘UTF8’.',
    );
  }
  await lockTablesForMove(to, TABLES);
  for (const table of TABLES) {
    const isLoaded = (LOADED_TABLES as readonly string[]).includes(table);
    if (!isLoaded && (await hasRows(to, table))) throw createNotEmptyError(table);
  }
}

function createNotEmptyError(table: string): PaperboyError {
  return new PaperboyError(
    'MOVE_TARGET_NOT_EMPTY',
    `The database of DATABASE_URL is in use already: its table ${table} has rows. Expected an empty database, with no Paperboy running on it.`,
  );
}

async function copyAll(
  databases: CopyTransactions,
  onProgress: (progress: MoveProgress) => void,
): Promise<void> {
  for (const table of TABLES) {
    let rows = 0;
    const onRows = (count: number) => {
      rows += count;
      onProgress({ table, rows, isCheck: false });
    };
    if (table === 'deliveries') await copyDeliveries(databases, onRows);
    else await copyTable(databases, table, onRows);
  }
  await copySequences(databases);
}

async function compareAll(
  { from, to }: CopyTransactions,
  onProgress: (progress: MoveProgress) => void,
): Promise<Record<string, number>> {
  const tables: Record<string, number> = {};
  for (const table of TABLES) {
    const [sourceSum, targetSum] = [
      await computeTableChecksum(from, table),
      await computeTableChecksum(to, table),
    ];
    if (sourceSum.rows !== targetSum.rows || sourceSum.checksum !== targetSum.checksum) {
      throw new PaperboyError(
        'MOVE_DIFFERS',
        `The table ${table} has ${targetSum.rows} rows with the checksum ${targetSum.checksum} where ${sourceSum.rows} with ${sourceSum.checksum} were expected: nothing was moved.`,
      );
    }
    tables[table] = targetSum.rows;
    onProgress({ table, rows: targetSum.rows, isCheck: true });
  }
  return tables;
}
