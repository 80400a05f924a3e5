import type { JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar } from '@pgsql/types';
import { type Env, type Evaluate, once } from './execution.ts';
import { compileExpression, readName, readType } from './expressions.ts';
import { TABLE_FUNCTIONS } from './functions.ts';
import { nullRow, resolveColumn, type Scope } from './scope.ts';
import { type Column, type Row, readRow, rowsOf } from './tables.ts';
import { compareValues, createUnsupportedError, type SqlType, type Value } from './values.ts';

interface ScannedRow {
  values: Value[];
  row: Row | null;
}

/** One relation of a nested loop. */
interface Step {
  scan: (env: Env) => readonly ScannedRow[];
  columns: readonly Column[];
  isOuter: boolean;
  /** Conditions of its own join. */
  on: Evaluate[];
  /** Conditions of `WHERE` that can be tested once it is bound. */
  filters: Evaluate[];
}

/** The rows of `FROM` and `WHERE`. */
export interface Loop {
  steps: Step[];
  /** Calls `emit` with each combination that meets all conditions; the env is used again. */
  forEach: (env: Env, emit: (env: Env) => void) => void;
  /** Whether the rows of an env still meet all conditions, after one was read again. */
  holds: (env: Env) => boolean;
}

/** Compiles a nested loop over `FROM`, whose conditions are tested as early as possible. `target`
 *  is the table of a write, the first relation. */
export function compileLoop(
  scope: Scope,
  from: readonly Node[],
  where: Node | undefined,
  target: RangeVar | null = null,
): Loop {
  const steps: Step[] = [];
  if (target) addTable(scope, steps, target, { isWithVisible: false });
  for (const item of from) addItem(scope, steps, item);
  const constants: Evaluate[] = [];
  for (const condition of splitConditions(where)) {
    scope.touched = -1;
    const { evaluate } = compileExpression(condition, scope);
    const filters = steps[scope.touched]?.filters ?? steps.at(0)?.filters ?? constants;
    filters.push(evaluate);
  }
  const holdsAll = (conditions: readonly Evaluate[], env: Env) =>
    conditions.every((evaluate) => evaluate(env) === true);
  const visit = (at: number, env: Env, emit: (env: Env) => void) => {
    const step = steps[at];
    if (!step) {
      emit(env);
      return;
    }
    let isMatched = false;
    const next = (values: Value[], row: Row | null) => {
      env.rows[at] = values;
      env.refs[at] = row;
      if (holdsAll(step.filters, env)) visit(at + 1, env, emit);
    };
    for (const { values, row } of step.scan(env)) {
      env.rows[at] = values;
      env.refs[at] = row;
      if (step.on.length > 0 && !holdsAll(step.on, env)) continue;
      isMatched = true;
      next(values, row);
    }
    if (step.isOuter && !isMatched) next(nullRow(step.columns), null);
  };
  return {
    steps,
    forEach: (env, emit) => {
      if (holdsAll(constants, env)) visit(0, env, emit);
    },
    holds: (env) =>
      steps.every(
        ({ on, filters, isOuter }) => (isOuter || holdsAll(on, env)) && holdsAll(filters, env),
      ),
  };
}

function splitConditions(node: Node | undefined): Node[] {
  if (node === undefined) return [];
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR')
    return (node.BoolExpr.args ?? []).flatMap(splitConditions);
  return [node];
}

function addItem(scope: Scope, steps: Step[], item: Node): void {
  if ('RangeVar' in item) addTable(scope, steps, item.RangeVar, { isWithVisible: true });
  else if ('JoinExpr' in item) addJoin(scope, steps, item.JoinExpr);
  else if ('RangeFunction' in item) addFunction(scope, steps, item.RangeFunction);
  else if ('RangeSubselect' in item) addSubquery(scope, steps, item.RangeSubselect);
  else throw createUnsupportedError(`${Object.keys(item)[0]} in FROM`);
}

function addSubquery(scope: Scope, steps: Step[], { subquery, alias }: RangeSubselect): void {
  if (!subquery || !('SelectStmt' in subquery)) throw createUnsupportedError('this subquery');
  const query = scope.compileQuery(subquery.SelectStmt, scope, scope.withQueries);
  const toRows = (rows: Value[][]) => rows.map((values) => ({ values, row: null }));
  addStep(scope, steps, {
    alias: alias?.aliasname ?? '',
    columns: query.columns,
    scan: query.isCorrelated
      ? (env) => toRows(query.run(env.execution, env))
      : (env) => once(env.execution, query, () => toRows(query.run(env.execution, null))),
  });
}

function addStep(
  scope: Scope,
  steps: Step[],
  { alias, columns, scan }: { alias: string } & Pick<Step, 'columns' | 'scan'>,
): void {
  scope.sources.push({ alias, columns });
  steps.push({ scan, columns, isOuter: false, on: [], filters: [] });
}

function addTable(
  scope: Scope,
  steps: Step[],
  { relname = '', alias }: RangeVar,
  { isWithVisible }: { isWithVisible: boolean },
): void {
  const name = alias?.aliasname ?? relname;
  const query = isWithVisible ? scope.withQueries.get(relname) : undefined;
  if (query) {
    const scan = ({ execution }: Env) =>
      once(execution, query, () =>
        query.run(execution, null).map((values) => ({ values, row: null })),
      );
    addStep(scope, steps, { alias: name, columns: query.columns, scan });
    return;
  }
  const { columns } = scope.catalog.findTable(relname);
  const scan = ({ execution }: Env) => {
    const scanned: ScannedRow[] = [];
    for (const row of rowsOf(execution.catalog.findTable(relname))) {
      const values = readRow(row, execution.snapshot);
      if (values !== null) scanned.push({ values, row });
    }
    return scanned;
  };
  addStep(scope, steps, { alias: name, columns, scan });
}

function addJoin(scope: Scope, steps: Step[], join: JoinExpr): void {
  const { larg, rarg, quals, usingClause, jointype } = join;
  if (!larg || !rarg) throw createUnsupportedError('a join of one relation');
  addItem(scope, steps, larg);
  const rightIndex = steps.length;
  addItem(scope, steps, rarg);
  const step = steps[rightIndex];
  if (!step || steps.length !== rightIndex + 1) throw createUnsupportedError('nested joins');
  step.isOuter = jointype === 'JOIN_LEFT';
  if (!step.isOuter && jointype !== 'JOIN_INNER') throw createUnsupportedError(`${jointype}`);
  for (const condition of splitConditions(quals))
    step.on.push(compileExpression(condition, scope).evaluate);
  const right = scope.sources[rightIndex];
  for (const name of (usingClause ?? []).map(readName)) {
    const left = resolveColumn(scope, null, name).evaluate;
    const own = resolveColumn(scope, right?.alias ?? '', name).evaluate;
    step.on.push((env) => {
      const [a, b] = [left(env), own(env)];
      return a !== null && b !== null && compareValues(a, b) === 0;
    });
  }
}

function addFunction(scope: Scope, steps: Step[], item: RangeFunction): void {
  const [list] = item.functions ?? [];
  const call = list && 'List' in list ? list.List.items?.[0] : undefined;
  if (!call || !('FuncCall' in call)) throw createUnsupportedError('this function in FROM');
  const name = readName(call.FuncCall.funcname?.at(-1) ?? { String: { sval: '' } });
  const called = TABLE_FUNCTIONS[name];
  if (!called) throw createUnsupportedError(`the function ${name} in FROM`);
  scope.touched = -1;
  const wasCorrelated = scope.isCorrelated;
  scope.isCorrelated = false;
  const args = (call.FuncCall.args ?? []).map((each) => compileExpression(each, scope));
  const isConstant = scope.touched === -1 && !scope.isCorrelated;
  scope.isCorrelated ||= wasCorrelated;
  const alias = item.alias?.aliasname ?? name;
  const columns = nameColumns(item, alias, called.columns(args.map(({ type }) => type)));
  const run = (env: Env) =>
    called
      .run(
        args.map(({ evaluate }) => evaluate(env)),
        columns,
      )
      .map((values) => ({ values, row: null }));
  addStep(scope, steps, {
    alias,
    columns,
    scan: isConstant ? (env) => once(env.execution, columns, () => run(env)) : run,
  });
}

function nameColumns(
  { coldeflist = [], alias }: RangeFunction,
  name: string,
  own: readonly { name: string; type: SqlType }[],
): Column[] {
  const defined = coldeflist.flatMap((each) =>
    'ColumnDef' in each
      ? [{ name: each.ColumnDef.colname ?? '', type: readType(each.ColumnDef.typeName) }]
      : [],
  );
  if (defined.length > 0) return defined;
  const names = (alias?.colnames ?? []).map(readName);
  // The only column of a function has the name of its alias.
  const fallback = own.length === 1 && alias ? name : null;
  return own.map((column, at) => ({ ...column, name: names[at] ?? fallback ?? column.name }));
}
