import type { LockingClause, Node, ResTarget, SelectStmt, WithClause } from '@pgsql/types';
import type { Catalog } from './catalog.ts';
import type { Env, Execution, Expression } from './execution.ts';
import { compileExpression, compileSortKey, readName } from './expressions.ts';
import { compileLoop, type Loop } from './from.ts';
import { AGGREGATES } from './functions.ts';
import {
  type Aggregate,
  createScope,
  nullRow,
  type Query,
  type Scope,
  type SortKey,
  type WindowCall,
} from './scope.ts';
import { KEY_SHARE, lockRow, NO_KEY_UPDATE, readNewest, readRow, SHARE, UPDATE } from './tables.ts';
import { compareValues, createUnsupportedError, keyOf, type Value } from './values.ts';
import { compileWrite, isWrite } from './write.ts';

/** Compiles any statement that reads or writes rows. */
export function compileStatement(
  node: Node,
  catalog: Catalog,
  outer: Scope | null = null,
  withQueries: Scope['withQueries'] = new Map(),
): Query {
  if ('SelectStmt' in node) return compileSelect(catalog, node.SelectStmt, outer, withQueries);
  if (isWrite(node)) {
    const named = compileWith(catalog, readWith(node), withQueries);
    const scope = createScope({ catalog, outer, withQueries: named.queries, compileQuery });
    return named.finish(compileWrite(node, scope));
  }
  throw createUnsupportedError(`the statement ${Object.keys(node)[0]}`);

  function compileQuery(
    select: SelectStmt,
    around: Scope | null,
    queries: Scope['withQueries'],
  ): Query {
    return compileSelect(catalog, select, around, queries);
  }
}

function readWith(node: Node): WithClause | undefined {
  if ('UpdateStmt' in node) return node.UpdateStmt.withClause;
  if ('InsertStmt' in node) return node.InsertStmt.withClause;
  if ('DeleteStmt' in node) return node.DeleteStmt.withClause;
  return undefined;
}

/** Compiles `WITH`. Its queries run when they are first read; those that write run in any case. */
function compileWith(
  catalog: Catalog,
  clause: WithClause | undefined,
  known: Scope['withQueries'],
): { queries: Scope['withQueries']; finish: (query: Query) => Query } {
  if (!clause) return { queries: known, finish: (query) => query };
  const queries = new Map(known);
  const writes: Query[] = [];
  for (const each of clause.ctes ?? []) {
    if (!('CommonTableExpr' in each)) continue;
    const { ctename = '', ctequery } = each.CommonTableExpr;
    if (!ctequery) throw createUnsupportedError('an empty WITH');
    const compiled = compileStatement(ctequery, catalog, null, queries);
    const query: Query = { ...compiled, run: (execution) => runOnce(compiled, execution) };
    queries.set(ctename, query);
    if (isWrite(ctequery)) writes.push(query);
  }
  const finish = (query: Query): Query => ({
    ...query,
    run: (execution, outer) => {
      const rows = query.run(execution, outer);
      for (const write of writes) write.run(execution, null);
      return rows;
    },
  });
  return { queries, finish };
}

function runOnce(query: Query, execution: Execution): Value[][] {
  const known = execution.once.get(query.run) as Value[][] | undefined;
  if (known) return known;
  const rows = query.run(execution, null);
  execution.once.set(query.run, rows);
  return rows;
}

function compileSelect(
  catalog: Catalog,
  select: SelectStmt,
  outer: Scope | null,
  withQueries: Scope['withQueries'],
): Query {
  const { queries, finish } = compileWith(catalog, select.withClause, withQueries);
  const compileQuery: Scope['compileQuery'] = (each, around, named) =>
    compileSelect(catalog, each, around, named);
  if (select.op && select.op !== 'SETOP_NONE')
    return finish(compileSetOperation(compileQuery, select, outer, queries));
  const scope = createScope({ catalog, outer, withQueries: queries, compileQuery });
  return finish(select.valuesLists ? compileValues(scope, select) : compileRows(scope, select));
}

function compileSetOperation(
  compileQuery: Scope['compileQuery'],
  select: SelectStmt,
  outer: Scope | null,
  queries: Scope['withQueries'],
): Query {
  const { larg, rarg, all = false, op, sortClause } = select;
  const isUnion = op === 'SETOP_UNION';
  const isExcept = op === 'SETOP_EXCEPT' && !all;
  if (!larg || !rarg || sortClause || !(isUnion || isExcept)) throw createUnsupportedError(`${op}`);
  const [left, right] = [compileQuery(larg, outer, queries), compileQuery(rarg, outer, queries)];
  const columns = left.columns.map((column, at) =>
    column.type === 'unknown' ? { ...column, type: right.columns[at]?.type ?? 'unknown' } : column,
  );
  return {
    columns,
    isCorrelated: left.isCorrelated || right.isCorrelated,
    run: (execution, env) => {
      if (isExcept) {
        const excluded = new Set(right.run(execution, env).map(keyOf));
        return withoutDuplicates(left.run(execution, env)).filter(
          (row) => !excluded.has(keyOf(row)),
        );
      }
      const rows = [...left.run(execution, env), ...right.run(execution, env)];
      return all ? rows : withoutDuplicates(rows);
    },
  };
}

function withoutDuplicates(rows: readonly Value[][]): Value[][] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

function compileValues(scope: Scope, { valuesLists = [] }: SelectStmt): Query {
  const lists = valuesLists.map((list) =>
    ('List' in list ? (list.List.items ?? []) : []).map((each) =>
      'SetToDefault' in each ? null : compileExpression(each, scope),
    ),
  );
  const columns = (lists[0] ?? []).map((each, at) => ({
    name: `column${at + 1}`,
    type: each?.type ?? 'unknown',
  }));
  return {
    columns,
    isCorrelated: scope.isCorrelated,
    run: (execution, outer) => {
      const env = createEnv(execution, outer);
      return lists.map((list) => list.map((each) => each?.evaluate(env) ?? null));
    },
  };
}

/** An env without rows. */
export function createEnv(execution: Execution, outer: Env | null): Env {
  return { rows: [], refs: [], outer, execution, group: null, windows: null };
}

interface Target {
  name: string;
  expression: Expression;
  /** A call of `unnest`, which makes a row of each element. */
  isExpanded: boolean;
}

function compileRows(scope: Scope, select: SelectStmt): Query {
  const loop = compileLoop(scope, select.fromClause ?? [], select.whereClause);
  const targets = compileTargets(scope, select.targetList ?? []);
  const groupKeys = (select.groupClause ?? []).map((each) => compileKey(scope, each, targets));
  const order = (select.sortClause ?? []).map((each) =>
    compileSortKey(each, (node) => compileKey(scope, node, targets)),
  );
  if (select.havingClause) throw createUnsupportedError('HAVING');
  const limit = select.limitCount ? compileExpression(select.limitCount, scope) : null;
  const lock = compileLocking(scope, loop, select.lockingClause ?? []);
  const { aggregates, windows, sources } = scope;
  const isGrouped = groupKeys.length > 0 || aggregates.length > 0;
  return {
    columns: targets.map(({ name, expression }) => ({ name, type: expression.type })),
    isCorrelated: scope.isCorrelated,
    run: (execution, outer) => {
      let envs: Env[] = [];
      loop.forEach(createEnv(execution, outer), (env) => envs.push(copyEnv(env)));
      if (isGrouped) {
        const empty = createEnv(execution, outer);
        empty.rows = sources.map(({ columns }) => nullRow(columns));
        envs = groupRows(envs, groupKeys, aggregates, empty);
      }
      if (windows.length > 0) computeWindows(envs, windows);
      if (order.length > 0) sortEnvs(envs, order);
      const most =
        limit === null
          ? Number.POSITIVE_INFINITY
          : Number(limit.evaluate(createEnv(execution, outer)));
      if (lock !== null) envs = lock(envs, most);
      else if (envs.length > most) envs = envs.slice(0, most);
      const rows = envs.flatMap((env) => project(env, targets));
      return select.distinctClause ? withoutDuplicates(rows) : rows;
    },
  };
}

function copyEnv(env: Env): Env {
  return { ...env, rows: [...env.rows], refs: [...env.refs] };
}

/** Compiles a list of results, with `*` replaced by the columns that it stands for. */
export function compileTargets(scope: Scope, list: readonly Node[]): Target[] {
  return list.flatMap((each): Target[] => {
    if (!('ResTarget' in each)) return [];
    const star = readStar(each.ResTarget.val);
    if (star !== null) return expandStar(scope, star.alias);
    return [compileTarget(scope, each.ResTarget)];
  });
}

function readStar(node: Node | undefined): { alias: string | null } | null {
  if (!node || !('ColumnRef' in node)) return null;
  const fields = node.ColumnRef.fields ?? [];
  const last = fields.at(-1);
  if (!last || !('A_Star' in last)) return null;
  return { alias: fields.length > 1 && fields[0] ? readName(fields[0]) : null };
}

function expandStar(scope: Scope, alias: string | null): Target[] {
  return scope.sources.flatMap((source, at) =>
    alias !== null && source.alias !== alias
      ? []
      : source.columns.map(({ name, type }, column) => ({
          name,
          isExpanded: false,
          expression: { type, evaluate: (env: Env) => env.rows[at]?.[column] ?? null },
        })),
  );
}

function compileTarget(scope: Scope, { name, val }: ResTarget): Target {
  if (val && 'FuncCall' in val && readFunction(val) === 'unnest') {
    const [arg] = val.FuncCall.args ?? [];
    const array = compileExpression(arg, scope);
    const type = array.type.replace(/\[\]$/, '');
    return {
      name: name ?? 'unnest',
      isExpanded: true,
      expression: { type, evaluate: array.evaluate },
    };
  }
  return {
    name: name ?? defaultName(val),
    isExpanded: false,
    expression: compileExpression(val, scope),
  };
}

function readFunction(node: Node): string {
  return 'FuncCall' in node
    ? readName(node.FuncCall.funcname?.at(-1) ?? { String: { sval: '' } })
    : '';
}

function defaultName(node: Node | undefined): string {
  if (!node) return '?column?';
  if ('ColumnRef' in node)
    return readName(node.ColumnRef.fields?.at(-1) ?? { String: { sval: '' } });
  if ('FuncCall' in node) return readFunction(node);
  if ('TypeCast' in node) return defaultName(node.TypeCast.arg);
  return '?column?';
}

/** An expression of `GROUP BY` or `ORDER BY`: the number or name of a result, or any other. */
function compileKey(scope: Scope, node: Node | undefined, targets: readonly Target[]): Expression {
  if (node && 'A_Const' in node && node.A_Const.ival) {
    const target = targets[(node.A_Const.ival.ival ?? 1) - 1];
    if (target) return target.expression;
  }
  if (node && 'ColumnRef' in node && (node.ColumnRef.fields ?? []).length === 1) {
    const name = readName(node.ColumnRef.fields?.[0] ?? { String: { sval: '' } });
    const isColumn = scope.sources.some(({ columns }) =>
      columns.some((each) => each.name === name),
    );
    const target = targets.find((each) => each.name === name);
    if (target && !isColumn) return target.expression;
  }
  return compileExpression(node, scope);
}

function groupRows(
  envs: readonly Env[],
  keys: readonly Expression[],
  aggregates: readonly Aggregate[],
  empty: Env,
): Env[] {
  const groups = new Map<string, Env[]>();
  for (const env of envs) {
    const key = keyOf(keys.map(({ evaluate }) => evaluate(env)));
    const group = groups.get(key);
    if (group) group.push(env);
    else groups.set(key, [env]);
  }
  if (groups.size === 0 && keys.length === 0) groups.set('', []);
  return [...groups.values()].map((members) => {
    const group = aggregates.map(({ name, args, filter, order }) => {
      const kept =
        filter === null ? [...members] : members.filter((env) => filter.evaluate(env) === true);
      if (order.length > 0) sortEnvs(kept, order);
      const values = kept.map((env) => args.map(({ evaluate }) => evaluate(env)));
      return AGGREGATES[name]?.compute(values) ?? null;
    });
    return { ...(members[0] ?? empty), group };
  });
}

/** `row_number()`, and `sum` up to the current row and its peers, which is the default frame. */
function computeWindows(envs: readonly Env[], windows: readonly WindowCall[]): void {
  for (const env of envs) env.windows = [];
  for (const { name, args, partition, order } of windows) {
    const byPartition = new Map<string, Env[]>();
    for (const env of envs) {
      const key = keyOf(partition.map(({ evaluate }) => evaluate(env)));
      byPartition.set(key, [...(byPartition.get(key) ?? []), env]);
    }
    const values = new Map<Env, Value>();
    for (const members of byPartition.values()) {
      const keysOf = (env: Env) => order.map(({ evaluate }) => evaluate(env));
      members.sort((a, b) => compareValues(keysOf(a), keysOf(b)));
      for (const [at, env] of members.entries()) {
        if (name === 'row_number') values.set(env, at + 1);
        else if (name === 'sum') {
          const upTo = members.filter((each) => compareValues(keysOf(each), keysOf(env)) <= 0);
          const total = upTo.reduce((sum, each) => sum + Number(args[0]?.evaluate(each) ?? 0), 0);
          values.set(env, total);
        } else throw createUnsupportedError(`the window function ${name}`);
      }
    }
    for (const env of envs) env.windows?.push(values.get(env) ?? null);
  }
}

function sortEnvs(envs: Env[], order: readonly SortKey[]): void {
  const keys = new Map(envs.map((env) => [env, order.map(({ evaluate }) => evaluate(env))]));
  envs.sort((a, b) => {
    for (const [at, { isDescending, nullsFirst }] of order.entries()) {
      const [x, y] = [keys.get(a)?.[at] ?? null, keys.get(b)?.[at] ?? null];
      if (x === null && y === null) continue;
      if (x === null) return nullsFirst ? -1 : 1;
      if (y === null) return nullsFirst ? 1 : -1;
      const compared = compareValues(x, y);
      if (compared !== 0) return isDescending ? -compared : compared;
    }
    return 0;
  });
}

function project(env: Env, targets: readonly Target[]): Value[][] {
  const values = targets.map(({ expression }) => expression.evaluate(env));
  const expanded = targets.findIndex(({ isExpanded }) => isExpanded);
  if (expanded === -1) return [values];
  return ((values[expanded] ?? []) as Value[]).map((each) => values.with(expanded, each));
}

const LOCK_MODES = {
  LCS_FORKEYSHARE: KEY_SHARE,
  LCS_FORSHARE: SHARE,
  LCS_FORNOKEYUPDATE: NO_KEY_UPDATE,
  LCS_FORUPDATE: UPDATE,
} as const;

/** Compiles `FOR UPDATE` and the like: locks up to `most` rows, and drops those that another
 *  transaction has changed so that they no longer meet the conditions. */
function compileLocking(
  scope: Scope,
  loop: Loop,
  clauses: readonly Node[],
): ((envs: readonly Env[], most: number) => Env[]) | null {
  const locks = clauses.flatMap((each) =>
    'LockingClause' in each ? readLocks(scope, each.LockingClause) : [],
  );
  if (locks.length === 0) return null;
  return (envs, most) => {
    const locked: Env[] = [];
    for (const env of envs) {
      if (locked.length >= most) break;
      const { snapshot } = env.execution;
      let isKept = true;
      for (const { source, mode, skipsLocked } of locks) {
        const row = env.refs[source];
        if (!isKept || !row) continue;
        isKept = lockRow(row, snapshot.transaction, mode, skipsLocked);
        if (!isKept) break;
        const newest = readNewest(row, snapshot.transaction);
        if (newest === readRow(row, snapshot)) continue;
        if (newest !== null) env.rows[source] = newest;
        isKept = newest !== null && loop.holds(env);
      }
      if (isKept) locked.push(env);
    }
    return locked;
  };
}

function readLocks(scope: Scope, { lockedRels = [], strength, waitPolicy }: LockingClause) {
  const mode = LOCK_MODES[strength as keyof typeof LOCK_MODES];
  const names = lockedRels.flatMap((each) =>
    'RangeVar' in each ? [each.RangeVar.alias?.aliasname ?? each.RangeVar.relname] : [],
  );
  return scope.sources.flatMap(({ alias }, source) =>
    names.length === 0 || names.includes(alias)
      ? [{ source, mode, skipsLocked: waitPolicy === 'LockWaitSkip' }]
      : [],
  );
}
