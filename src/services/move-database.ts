import type { Database } from '../db/client.ts';
import {
  copyCounters,
  copyDeliveries,
  copyTable,
  type Ends,
  sumOf,
  writeAlike,
} from '../db/copy-table.ts';
import { endLeases } from '../db/leases.ts';
import { appliedMigrations } from '../db/migrate.ts';
import { analyse, clear, holdForMove, isUtf8 } from '../db/move-target.ts';
import { hasRows, TABLES } from '../db/tables.ts';
import { PaperboyError } from '../domain/errors.ts';

/** What was moved. */
export interface Moved {
  /** Rows of each table. */
  tables: Record<string, number>;
  /** Deliveries that a process which died had in hand: back to `pending`, or `unknown`. */
  pending: number;
  unknown: number;
}

/** How far it is. `table` is copied or, with `isCheck`, compared. */
export interface MoveProgress {
  table: string;
  rows: number;
  isCheck: boolean;
}

/**
 * Copies everything from one database to another of the same tables, in one transaction: all of it arrives,
 * equal by number of rows and checksum, or nothing does. The first is only read. The second must
 * be empty but for topics, which are replaced. What the last process was sending when it died is `unknown`.
 * @throws PaperboyError `MOVE_VERSION_DIFFERS`, `MOVE_TARGET_NOT_EMPTY`, `MOVE_TARGET_IN_USE`,
 * `MOVE_TARGET_NOT_UTF8`, `MOVE_DIFFERS`.
 */
export function moveDatabase(
  { from, to }: { from: Database; to: Database },
  now: Date,
  onProgress: (progress: MoveProgress) => void = () => undefined,
): Promise<Moved> {
  return from.db.transaction(
    (source) =>
      to.db.transaction(async (target) => {
        const ends = { from: source, to: target };
        await demandFit(ends);
        await writeAlike(ends);
        await clear(target, 'topics');
        await copyAll(ends, onProgress);
        const tables = await compareAll(ends, onProgress);
        const { pending, unknown } = await endLeases(target, { all: true }, now);
        await analyse(target, TABLES);
        return { tables, pending, unknown };
      }),
    { accessMode: 'read only' },
  );
}

async function demandFit({ from, to }: Ends): Promise<void> {
  const [ours, theirs] = [await appliedMigrations(from), await appliedMigrations(to)];
  if (ours.join() !== theirs.join()) {
    throw new PaperboyError(
      'MOVE_VERSION_DIFFERS',
      `The embedded database has the tables of another version (${ours.length} migrations, expected ${theirs.length}): run “npx paperboy migrate” without DATABASE_URL first.`,
    );
  }
  if (!(await isUtf8(to))) {
    throw new PaperboyError(
      'MOVE_TARGET_NOT_UTF8',
      'The database of DATABASE_URL does not keep text as UTF-8: expected one made with ENCODING ‘UTF8’.',
    );
  }
  await holdForMove(to, TABLES);
  for (const table of TABLES) {
    if (table !== 'topics' && (await hasRows(to, table))) throw notEmpty(table);
  }
}

function notEmpty(table: string): PaperboyError {
  return new PaperboyError(
    'MOVE_TARGET_NOT_EMPTY',
    `The database of DATABASE_URL is in use already: its table ${table} has rows. Expected an empty database, with no Paperboy running on it.`,
  );
}

async function copyAll(ends: Ends, onProgress: (progress: MoveProgress) => void): Promise<void> {
  for (const table of TABLES) {
    let rows = 0;
    const onRows = (count: number) => {
      rows += count;
      onProgress({ table, rows, isCheck: false });
    };
    if (table === 'deliveries') await copyDeliveries(ends, onRows);
    else await copyTable(ends, table, onRows);
  }
  await copyCounters(ends);
}

async function compareAll(
  { from, to }: Ends,
  onProgress: (progress: MoveProgress) => void,
): Promise<Record<string, number>> {
  const tables: Record<string, number> = {};
  for (const table of TABLES) {
    const [there, here] = [await sumOf(from, table), await sumOf(to, table)];
    if (there.rows !== here.rows || there.checksum !== here.checksum) {
      throw new PaperboyError(
        'MOVE_DIFFERS',
        `The table ${table} has ${here.rows} rows with the checksum ${here.checksum} where ${there.rows} with ${there.checksum} were expected: nothing was moved.`,
      );
    }
    tables[table] = here.rows;
    onProgress({ table, rows: here.rows, isCheck: true });
  }
  return tables;
}
