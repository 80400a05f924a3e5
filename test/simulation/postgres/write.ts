import type { DeleteStmt, InsertStmt, Node, RangeVar, ResTarget, UpdateStmt } from '@pgsql/types';
import type { Env, Execution, Expression } from './execution.ts';
import { compileExpression } from './expressions.ts';
import { compileLoop, type Loop } from './from.ts';
import { createScope, type Query, type Scope } from './scope.ts';
import { compileTargets, createEnv } from './select.ts';
import {
  Blocked,
  insertRow,
  KEY_SHARE,
  lockRow,
  NO_KEY_UPDATE,
  type Row,
  readNewest,
  readRow,
  rowsOf,
  type Table,
  type Transaction,
  type UniqueIndex,
  UPDATE,
  wasWrittenNow,
  writeRow,
} from './tables.ts';
import {
  coerce,
  compareValues,
  createDatabaseError,
  createUnsupportedError,
  type Value,
} from './values.ts';

type WriteNode =
  | { UpdateStmt: UpdateStmt }
  | { InsertStmt: InsertStmt }
  | { DeleteStmt: DeleteStmt };

export function isWrite(node: Node): node is WriteNode {
  return 'UpdateStmt' in node || 'InsertStmt' in node || 'DeleteStmt' in node;
}

/** Compiles a statement that writes rows. The number of rows it returns without `RETURNING` is the
 *  number that it wrote. */
export function compileWrite(node: WriteNode, scope: Scope): Query {
  if ('UpdateStmt' in node) return compileUpdate(node.UpdateStmt, scope);
  if ('DeleteStmt' in node) return compileDelete(node.DeleteStmt, scope);
  return compileInsert(node.InsertStmt, scope);
}

const isNot = <Item>(item: Item | null | undefined): item is null | undefined =>
  item === null || item === undefined;

function requireTable(scope: Scope, relation: RangeVar | undefined): Table {
  return scope.catalog.findTable(relation?.relname ?? '');
}

/** Calls `write` with each row of the target that the loop finds, once it is locked, as it is now.
 *  */
function forEachTarget(
  loop: Loop,
  execution: Execution,
  outer: Env | null,
  mode: typeof NO_KEY_UPDATE | typeof UPDATE,
  write: (env: Env, row: Row) => void,
): void {
  const { transaction } = execution.snapshot;
  const found: Env[] = [];
  loop.forEach(createEnv(execution, outer), (env) =>
    found.push({ ...env, rows: [...env.rows], refs: [...env.refs] }),
  );
  for (const env of found) {
    const row = env.refs[0];
    if (isNot(row) || wasWrittenNow(row, transaction)) continue;
    lockRow(row, transaction, mode);
    const newest = readNewest(row, transaction);
    if (newest === null) continue;
    if (newest !== readRow(row, execution.snapshot)) {
      env.rows[0] = newest;
      if (!loop.holds(env)) continue;
    }
    write(env, row);
  }
}

function compileUpdate(update: UpdateStmt, scope: Scope): Query {
  const table = requireTable(scope, update.relation);
  const loop = compileLoop(scope, update.fromClause ?? [], update.whereClause, update.relation);
  const assignments = compileAssignments(scope, table, update.targetList ?? []);
  const returning = compileTargets(scope, update.returningClause?.exprs ?? []);
  return {
    columns: returning.map(({ name, expression }) => ({ name, type: expression.type })),
    isCorrelated: scope.isCorrelated,
    run: (execution, outer) => {
      const rows: Value[][] = [];
      forEachTarget(loop, execution, outer, NO_KEY_UPDATE, (env, row) => {
        const values = assign(env, env.rows[0] ?? [], assignments);
        checkUnique(row.table, values, row, execution.snapshot.transaction);
        writeRow(row, execution.snapshot.transaction, values);
        env.rows[0] = values;
        rows.push(returning.map(({ expression }) => expression.evaluate(env)));
      });
      return rows;
    },
  };
}

interface Assignment {
  column: number;
  evaluate: (env: Env) => Value;
}

function compileAssignments(scope: Scope, table: Table, list: readonly Node[]): Assignment[] {
  return list.flatMap((each) =>
    'ResTarget' in each ? [compileAssignment(scope, table, each.ResTarget)] : [],
  );
}

function compileAssignment(scope: Scope, table: Table, { name, val }: ResTarget): Assignment {
  const column = table.columns.findIndex((each) => each.name === name);
  const type = table.columns[column]?.type;
  if (type === undefined) throw createDatabaseError('42703', `column "${name}" does not exist`);
  const { evaluate } = compileExpression(val, scope);
  return { column, evaluate: (env) => coerce(evaluate(env), type) };
}

function assign(env: Env, values: readonly Value[], assignments: readonly Assignment[]): Value[] {
  const changed = [...values];
  for (const { column, evaluate } of assignments) changed[column] = evaluate(env);
  return changed;
}

function compileDelete(remove: DeleteStmt, scope: Scope): Query {
  const loop = compileLoop(scope, remove.usingClause ?? [], remove.whereClause, remove.relation);
  const returning = compileTargets(scope, remove.returningClause?.exprs ?? []);
  return {
    columns: returning.map(({ name, expression }) => ({ name, type: expression.type })),
    isCorrelated: scope.isCorrelated,
    run: (execution, outer) => {
      const rows: Value[][] = [];
      forEachTarget(loop, execution, outer, UPDATE, (env, row) => {
        deleteRow(row, env.rows[0] ?? [], execution.snapshot.transaction);
        rows.push(returning.map(({ expression }) => expression.evaluate(env)));
      });
      return rows;
    },
  };
}

/** Deletes a locked row and, by its foreign keys, the rows that refer to it. */
function deleteRow(row: Row, values: readonly Value[], transaction: Transaction): void {
  writeRow(row, transaction, null);
  for (const { table, key } of row.table.children) {
    for (const child of rowsOf(table)) {
      const newest = peek(child);
      if (newest === null || newest[key.column] !== values[0]) continue;
      lockRow(child, transaction, UPDATE);
      const locked = readNewest(child, transaction);
      if (locked === null) continue;
      if (!key.deletesRows)
        throw createDatabaseError(
          '23503',
          `a row of "${table.name}" refers to "${row.table.name}"`,
        );
      deleteRow(child, locked, transaction);
    }
  }
}

/** The newest values of a row, committed or not. */
function peek(row: Row): Value[] | null {
  const write = row.writes.at(-1);
  return write
    ? (write.values ?? row.versions.at(-1)?.values ?? null)
    : (row.versions.at(-1)?.values ?? null);
}

function compileInsert(insert: InsertStmt, scope: Scope): Query {
  const name = insert.relation?.relname ?? '';
  const definition = requireTable(scope, insert.relation);
  const select = insert.selectStmt;
  if (!select || !('SelectStmt' in select)) throw createUnsupportedError('this INSERT');
  const lists = select.SelectStmt.valuesLists;
  const source = scope.compileQuery(select.SelectStmt, null, scope.withQueries);
  const names = (insert.cols ?? []).map((each) =>
    'ResTarget' in each ? (each.ResTarget.name ?? '') : '',
  );
  // Without a list, values are those of the first columns.
  const columns =
    names.length > 0
      ? names.map((each) => definition.columns.findIndex((other) => other.name === each))
      : definition.columns.map((_column, at) => at);
  const isDefault = (row: number, at: number) => {
    const list = lists?.[row];
    const item = list && 'List' in list ? list.List.items?.[at] : undefined;
    return item !== undefined && 'SetToDefault' in item;
  };
  const resultScope = createScope({ ...scope, outer: null });
  resultScope.sources.push({
    alias: insert.relation?.alias?.aliasname ?? name,
    columns: definition.columns,
  });
  const returning = compileTargets(resultScope, insert.returningClause?.exprs ?? []);
  const conflict = compileConflict(insert, definition, resultScope);
  return {
    columns: returning.map(({ name, expression }) => ({ name, type: expression.type })),
    isCorrelated: false,
    run: (execution) => {
      const { transaction } = execution.snapshot;
      const table = execution.catalog.findTable(name);
      const rows: Value[][] = [];
      for (const [index, given] of source.run(execution, null).entries()) {
        const values: Value[] = table.columns.map((column, at) => {
          const position = columns.indexOf(at);
          if (position === -1 || position >= given.length || isDefault(index, position)) {
            if (column.isIdentity) return nextId(table);
            return column.default?.() ?? null;
          }
          return coerce(given[position] ?? null, column.type);
        });
        const inserted = insertOne(table, values, transaction, conflict, execution);
        if (inserted === null) continue;
        const env = createEnv(execution, null);
        env.rows[0] = inserted;
        rows.push(returning.map(({ expression }) => expression.evaluate(env)));
      }
      return rows;
    },
  };
}

function nextId(table: Table): number {
  table.lastId += 1;
  return table.lastId;
}

interface Conflict {
  /** Null: do nothing. */
  assignments: readonly Assignment[] | null;
  where: Expression | null;
}

/** The row is the first source of the scope, and the one that was not inserted the second. */
function compileConflict(insert: InsertStmt, table: Table, result: Scope): Conflict | null {
  const clause = insert.onConflictClause;
  if (!clause) return null;
  if (clause.action !== 'ONCONFLICT_UPDATE') return { assignments: null, where: null };
  const scope = createScope({ ...result, outer: null });
  scope.sources.push(...result.sources, { alias: 'excluded', columns: table.columns });
  return {
    assignments: compileAssignments(scope, table, clause.targetList ?? []),
    where: clause.whereClause ? compileExpression(clause.whereClause, scope) : null,
  };
}

/** @returns the values that were inserted or updated; null when there was a conflict. */
function insertOne(
  table: Table,
  values: Value[],
  transaction: Transaction,
  conflict: Conflict | null,
  execution: Execution,
): Value[] | null {
  for (const index of table.uniques) {
    const other = findConflict(table, index, values, null, transaction);
    if (other === null) continue;
    if (conflict === null) throw createUniqueError(table, index);
    if (conflict.assignments === null) return null;
    lockRow(other, transaction, NO_KEY_UPDATE);
    const current = readNewest(other, transaction);
    if (current === null) continue;
    const env = createEnv(execution, null);
    env.rows = [current, values];
    if (conflict.where !== null && conflict.where.evaluate(env) !== true) return null;
    const changed = assign(env, current, conflict.assignments);
    writeRow(other, transaction, changed);
    return changed;
  }
  for (const { column, parent } of table.foreignKeys) {
    const row = rowsOf(parent).find((each) => peek(each)?.[0] === values[column]);
    if (row) lockRow(row, transaction, KEY_SHARE);
    if (!row || readNewest(row, transaction) === null)
      throw createDatabaseError('23503', `"${table.name}" refers to a missing row`);
  }
  insertRow(table, transaction, values);
  return values;
}

function checkUnique(
  table: Table,
  values: readonly Value[],
  row: Row,
  transaction: Transaction,
): void {
  for (const index of table.uniques) {
    const before = readNewest(row, transaction);
    if (before && index.columns.every((column) => before[column] === values[column])) continue;
    if (findConflict(table, index, values, row, transaction)) throw createUniqueError(table, index);
  }
}

/** Another row with the same key. @throws Blocked while another transaction is writing one. */
function findConflict(
  table: Table,
  { columns, holds }: UniqueIndex,
  values: readonly Value[],
  self: Row | null,
  transaction: Transaction,
): Row | null {
  if (columns.some((column) => isNot(values[column]))) return null;
  if (holds !== null && !holds(values)) return null;
  const isEqual = (other: readonly Value[] | null | undefined) =>
    !isNot(other) &&
    columns.every((column) => {
      const [a, b] = [other[column], values[column]];
      return !isNot(a) && !isNot(b) && compareValues(a, b) === 0;
    }) &&
    (holds === null || holds(other));
  for (const row of rowsOf(table)) {
    if (row === self) continue;
    if (row.owner !== null && row.owner !== transaction) {
      const isTouched =
        row.writes.some((write) => isEqual(write.values)) || isEqual(row.versions.at(-1)?.values);
      if (isTouched) throw new Blocked([row.owner]);
    } else if (isEqual(readNewest(row, transaction))) return row;
  }
  return null;
}

function createUniqueError(table: Table, { columns }: UniqueIndex): Error {
  const names = columns.map((column) => table.columns[column]?.name).join(', ');
  return createDatabaseError(
    '23505',
    `duplicate key value violates the unique constraint (${names}) of "${table.name}"`,
  );
}
