import { createDatabaseError, type SqlType, type Value } from './values.ts';

export interface Column {
  name: string;
  type: SqlType;
}

/** A column of a table. */
export interface TableColumn extends Column {
  isRequired: boolean;
  isIdentity: boolean;
  /** The SQL expression of its default is compiled by whoever defines the table. */
  default: (() => Value) | null;
}

/** Columns whose values differ between rows, among the rows that a partial index holds. */
export interface UniqueIndex {
  columns: readonly number[];
  holds: ((values: readonly Value[]) => boolean) | null;
}

interface ForeignKey {
  column: number;
  parent: Table;
  deletesRows: boolean;
}

export interface Table {
  name: string;
  columns: readonly TableColumn[];
  rows: Row[];
  uniques: UniqueIndex[];
  checks: ((values: readonly Value[]) => Value)[];
  foreignKeys: ForeignKey[];
  /** Tables whose foreign keys refer to this one. */
  children: { table: Table; key: ForeignKey }[];
  /** Of a partitioned table: its partitions by the value of its first column. */
  partitions: Map<Value, Table> | null;
  lastId: number;
}

/** The lock modes of rows, from weak to strong (PostgreSQL manual, 13.3.2). */
export const KEY_SHARE = 0;
export const SHARE = 1;
export const NO_KEY_UPDATE = 2;
export const UPDATE = 3;
type LockMode = typeof KEY_SHARE | typeof SHARE | typeof NO_KEY_UPDATE | typeof UPDATE;

/** By mode: the modes of others that it conflicts with. */
const CONFLICTS: Record<LockMode, readonly LockMode[]> = {
  [KEY_SHARE]: [UPDATE],
  [SHARE]: [NO_KEY_UPDATE, UPDATE],
  [NO_KEY_UPDATE]: [SHARE, NO_KEY_UPDATE, UPDATE],
  [UPDATE]: [KEY_SHARE, SHARE, NO_KEY_UPDATE, UPDATE],
};

/** A row with its versions. Null values: deleted, or not yet inserted. */
export interface Row {
  table: Table;
  /** Ascending by the number of the commit. */
  versions: { commit: number; values: Value[] | null }[];
  /** What the owner wrote and has not committed, by the number of the statement. */
  writes: { statement: number; values: Value[] | null }[];
  owner: Transaction | null;
  locks: Map<Transaction, LockMode>;
}

export interface Transaction {
  written: Set<Row>;
  locked: Set<Row>;
  /** Keys of advisory locks, with whether they are exclusive. */
  advisory: Map<number, boolean>;
  /** The number of the current statement, from 1. */
  statement: number;
  undoDefinitions: (() => void)[];
  waitsFor: readonly Transaction[];
  hasEnded: boolean;
  /** Called once when the transaction ends. */
  onEnd: (() => void)[];
}

export function createTransaction(): Transaction {
  return {
    written: new Set(),
    locked: new Set(),
    advisory: new Map(),
    statement: 0,
    undoDefinitions: [],
    waitsFor: [],
    hasEnded: false,
    onEnd: [],
  };
}

/** Thrown out of a statement that has to wait for other transactions. */
export class Blocked {
  readonly holders: readonly Transaction[];
  constructor(holders: readonly Transaction[]) {
    this.holders = holders;
  }
}

/** What a statement sees: what was committed before it, and what its transaction wrote before. */
export interface Snapshot {
  transaction: Transaction;
  commit: number;
}

export function readRow(row: Row, { transaction, commit }: Snapshot): Value[] | null {
  if (row.owner === transaction) {
    for (let at = row.writes.length - 1; at >= 0; at -= 1) {
      const write = row.writes[at];
      if (write && write.statement < transaction.statement) return write.values;
    }
  }
  for (let at = row.versions.length - 1; at >= 0; at -= 1) {
    const version = row.versions[at];
    if (version && version.commit <= commit) return version.values;
  }
  return null;
}

/** The newest values of a row that the transaction has locked. */
export function readNewest(row: Row, transaction: Transaction): Value[] | null {
  const own = row.owner === transaction ? row.writes.at(-1) : undefined;
  return own ? own.values : (row.versions.at(-1)?.values ?? null);
}

/** Whether the transaction wrote the row in its current statement. */
export function wasWrittenNow(row: Row, transaction: Transaction): boolean {
  return row.owner === transaction && row.writes.at(-1)?.statement === transaction.statement;
}

/** Locks a row. @returns false when it is locked and `skipsLocked`. @throws Blocked otherwise. */
export function lockRow(
  row: Row,
  transaction: Transaction,
  mode: LockMode,
  skipsLocked = false,
): boolean {
  const holders: Transaction[] = [];
  for (const [holder, held] of row.locks) {
    if (holder !== transaction && CONFLICTS[mode].includes(held)) holders.push(holder);
  }
  if (holders.length > 0) {
    if (skipsLocked) return false;
    throw new Blocked(holders);
  }
  const held = row.locks.get(transaction);
  if (held === undefined || held < mode) row.locks.set(transaction, mode);
  transaction.locked.add(row);
  return true;
}

/** Writes a row that the transaction has locked. */
export function writeRow(row: Row, transaction: Transaction, values: Value[] | null): void {
  if (values !== null) checkConstraints(row.table, values);
  row.owner = transaction;
  row.writes.push({ statement: transaction.statement, values });
  transaction.written.add(row);
}

/** Inserts a row; the transaction alone sees it until it commits. */
export function insertRow(table: Table, transaction: Transaction, values: Value[]): Row {
  const target = table.partitions?.get(values[0] as Value) ?? table;
  if (target.partitions)
    throw createDatabaseError('23514', `no partition of relation "${table.name}" found for row`);
  const row: Row = {
    table: target,
    versions: [],
    writes: [],
    owner: transaction,
    locks: new Map([[transaction, UPDATE]]),
  };
  writeRow(row, transaction, values);
  transaction.locked.add(row);
  target.rows.push(row);
  return row;
}

function checkConstraints(table: Table, values: readonly Value[]): void {
  for (const [at, { name, isRequired }] of table.columns.entries()) {
    if (isRequired && values[at] === null)
      throw createDatabaseError(
        '23502',
        `null value in column "${name}" of relation "${table.name}"`,
      );
  }
  for (const check of table.checks) {
    if (check(values) === false)
      throw createDatabaseError('23514', `new row for relation "${table.name}" violates a check`);
  }
}

/** Every row of a table, or of all its partitions. */
export function rowsOf(table: Table): readonly Row[] {
  if (table.partitions === null) return table.rows;
  return [...table.partitions.values()].flatMap(({ rows }) => rows);
}
