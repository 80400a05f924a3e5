import type { A_Const, A_Expr, CaseExpr, FuncCall, Node, SubLink, TypeName } from '@pgsql/types';
import { type Env, type Expression, once } from './execution.ts';
import { AGGREGATES, callFunction, typeOfAggregate } from './functions.ts';
import { resolveColumn, type Scope, type SortKey } from './scope.ts';
import {
  coerce,
  compareValues,
  createUnsupportedError,
  type SqlType,
  type Value,
} from './values.ts';

const constant = (value: Value, type: SqlType): Expression => ({ type, evaluate: () => value });

/** Compiles an expression to a function of the rows that it sees. */
export function compileExpression(node: Node | undefined, scope: Scope): Expression {
  if (node === undefined) throw createUnsupportedError('an empty expression');
  const compile = (each: Node | undefined) => compileExpression(each, scope);
  if ('ColumnRef' in node) {
    const names = (node.ColumnRef.fields ?? []).map(readName);
    return names.length > 1
      ? resolveColumn(scope, names.at(-2) ?? null, names.at(-1) ?? '')
      : resolveColumn(scope, null, names[0] ?? '');
  }
  if ('ParamRef' in node) {
    const at = (node.ParamRef.number ?? 1) - 1;
    return { type: 'unknown', evaluate: ({ execution }) => execution.params[at] ?? null };
  }
  if ('A_Const' in node) return compileConstant(node.A_Const);
  if ('TypeCast' in node) {
    const type = readType(node.TypeCast.typeName);
    const { evaluate } = compile(node.TypeCast.arg);
    return { type, evaluate: (env) => coerce(evaluate(env), type) };
  }
  if ('A_Expr' in node) return compileOperator(node.A_Expr, scope);
  if ('BoolExpr' in node)
    return compileBoolean(node.BoolExpr.boolop, node.BoolExpr.args ?? [], scope);
  if ('NullTest' in node) {
    const { evaluate } = compile(node.NullTest.arg);
    const expectsNull = node.NullTest.nulltesttype === 'IS_NULL';
    return { type: 'bool', evaluate: (env) => (evaluate(env) === null) === expectsNull };
  }
  if ('BooleanTest' in node) {
    const { evaluate } = compile(node.BooleanTest.arg);
    const test = BOOLEAN_TESTS[node.BooleanTest.booltesttype ?? ''];
    if (!test) throw createUnsupportedError(`the test ${node.BooleanTest.booltesttype}`);
    return { type: 'bool', evaluate: (env) => test(evaluate(env)) };
  }
  if ('CaseExpr' in node) return compileCase(node.CaseExpr, scope);
  if ('CoalesceExpr' in node) {
    const args = (node.CoalesceExpr.args ?? []).map(compile);
    const type = commonType(args);
    const first = (env: Env) => {
      for (const { evaluate } of args) {
        const value = evaluate(env);
        if (value !== null) return coerce(value, type);
      }
      return null;
    };
    return { type, evaluate: first };
  }
  if ('MinMaxExpr' in node) {
    const args = (node.MinMaxExpr.args ?? []).map(compile);
    const sign = node.MinMaxExpr.op === 'IS_LEAST' ? -1 : 1;
    const type = commonType(args);
    return {
      type,
      evaluate: (env) => {
        let best: Value = null;
        for (const { evaluate } of args) {
          const value = coerce(evaluate(env), type);
          if (value !== null && (best === null || sign * compareValues(value, best) > 0))
            best = value;
        }
        return best;
      },
    };
  }
  if ('FuncCall' in node) return compileCall(node.FuncCall, scope);
  if ('SubLink' in node) return compileSubLink(node.SubLink, scope);
  if ('A_ArrayExpr' in node) {
    const elements = (node.A_ArrayExpr.elements ?? []).map(compile);
    return {
      type: `${commonType(elements)}[]`,
      evaluate: (env) => elements.map(({ evaluate }) => evaluate(env)),
    };
  }
  if ('RowExpr' in node) {
    const fields = (node.RowExpr.args ?? []).map(compile);
    return { type: 'record', evaluate: (env) => fields.map(({ evaluate }) => evaluate(env)) };
  }
  if ('NamedArgExpr' in node) return compile(node.NamedArgExpr.arg);
  throw createUnsupportedError(`the expression ${Object.keys(node)[0]}`);
}

/** The text of a name in the tree. */
export function readName(node: Node): string {
  return 'String' in node ? (node.String.sval ?? '') : '';
}

/** The type that a type name stands for. */
export function readType(name: TypeName | undefined): SqlType {
  const type = readName(name?.names?.at(-1) ?? { String: { sval: 'unknown' } });
  return (name?.arrayBounds ?? []).length > 0 ? `${type}[]` : type;
}

function compileConstant({ ival, fval, sval, boolval, isnull }: A_Const): Expression {
  if (isnull) return constant(null, 'unknown');
  if (ival) return constant(ival.ival ?? 0, 'int4');
  if (fval) return constant(Number(fval.fval), 'numeric');
  if (boolval) return constant(boolval.boolval ?? false, 'bool');
  return constant(sval?.sval ?? '', 'unknown');
}

function commonType(expressions: readonly Expression[]): SqlType {
  return expressions.find(({ type }) => type !== 'unknown')?.type ?? 'unknown';
}

function compileBoolean(operator: string | undefined, args: Node[], scope: Scope): Expression {
  const compiled = args.map((each) => compileExpression(each, scope).evaluate);
  const [first] = compiled;
  if (operator === 'NOT_EXPR' && first)
    return {
      type: 'bool',
      evaluate: (env) => {
        const value = first(env);
        return value === null ? null : !value;
      },
    };
  const decisive = operator === 'OR_EXPR';
  return {
    type: 'bool',
    evaluate: (env) => {
      let result: Value = !decisive;
      for (const evaluate of compiled) {
        const value = evaluate(env);
        if (value === decisive) return decisive;
        if (value === null) result = null;
      }
      return result;
    },
  };
}

const BOOLEAN_TESTS: Record<string, (value: Value) => boolean> = {
  IS_TRUE: (value) => value === true,
  IS_NOT_TRUE: (value) => value !== true,
  IS_FALSE: (value) => value === false,
  IS_NOT_FALSE: (value) => value !== false,
};

const COMPARISONS: Record<string, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function compileOperator(expression: A_Expr, scope: Scope): Expression {
  const operator = readName(expression.name?.at(-1) ?? { String: { sval: '' } });
  const { kind, lexpr, rexpr } = expression;
  const listed = rexpr && 'List' in rexpr ? (rexpr.List.items ?? []) : null;
  const left = lexpr ? compileExpression(lexpr, scope) : constant(0, 'int4');
  const right = listed ? null : compileExpression(rexpr, scope);
  if (kind === 'AEXPR_IN' && listed) {
    const items = listed.map((each) => compileExpression(each, scope));
    return { type: 'bool', evaluate: createMembership(left, items, operator === '<>') };
  }
  if (kind === 'AEXPR_BETWEEN' && listed) {
    const [low, high] = listed.map((each) => compileExpression(each, scope));
    if (!low || !high) throw createUnsupportedError('BETWEEN with one bound');
    return {
      type: 'bool',
      evaluate: (env) => {
        const value = left.evaluate(env);
        const bounds = [low.evaluate(env), high.evaluate(env)] as const;
        if (value === null || bounds[0] === null || bounds[1] === null) return null;
        return compareValues(value, bounds[0]) >= 0 && compareValues(value, bounds[1]) <= 0;
      },
    };
  }
  if (right === null) throw createUnsupportedError(`${kind} with a list`);
  const compares = COMPARISONS[operator];
  if (kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL') {
    if (!compares) throw createUnsupportedError(`${operator} ANY`);
    return { type: 'bool', evaluate: createArrayComparison(kind, compares, left, right) };
  }
  if (kind === 'AEXPR_DISTINCT' || kind === 'AEXPR_NOT_DISTINCT') {
    const isDistinct = kind === 'AEXPR_DISTINCT';
    return {
      type: 'bool',
      evaluate: (env) => {
        const [a, b] = [left.evaluate(env), right.evaluate(env)];
        const isSame = a === null || b === null ? a === b : compareValues(a, b) === 0;
        return isSame !== isDistinct;
      },
    };
  }
  if (kind !== 'AEXPR_OP') throw createUnsupportedError(`the operator ${kind} ${operator}`);
  if (compares)
    return {
      type: 'bool',
      evaluate: (env) => {
        const a = left.evaluate(env);
        if (a === null) return null;
        const b = right.evaluate(env);
        return b === null ? null : compares(compareValues(a, b));
      },
    };
  return compileArithmetic(operator, left, right);
}

function createMembership(
  left: Expression,
  items: readonly Expression[],
  isNegated: boolean,
): Expression['evaluate'] {
  return (env) => {
    const value = left.evaluate(env);
    if (value === null) return null;
    const isMember = items.some(({ evaluate }) => {
      const item = evaluate(env);
      return item !== null && compareValues(value, item) === 0;
    });
    return isMember !== isNegated;
  };
}

function createArrayComparison(
  kind: 'AEXPR_OP_ANY' | 'AEXPR_OP_ALL',
  compares: (order: number) => boolean,
  left: Expression,
  right: Expression,
): Expression['evaluate'] {
  const arrayType = right.type === 'unknown' ? `${left.type}[]` : right.type;
  return (env) => {
    const value = left.evaluate(env);
    const array = coerce(right.evaluate(env), arrayType) as Value[] | null;
    if (value === null || array === null) return null;
    const test = (each: Value) => each !== null && compares(compareValues(value, each));
    return kind === 'AEXPR_OP_ANY' ? array.some(test) : array.every(test);
  };
}

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

function compileArithmetic(operator: string, left: Expression, right: Expression): Expression {
  if (operator === '||') {
    const join = (a: Value, b: Value) =>
      Array.isArray(a) && Array.isArray(b) ? [...a, ...b] : `${a}${b}`;
    return {
      type: left.type === 'unknown' ? right.type : left.type,
      evaluate: lift(left, right, join),
    };
  }
  if (operator === '->>') {
    const read = (json: Value, key: Value) => {
      const value = (json as Record<string, Value>)[String(key)] ?? null;
      return value === null ? null : coerce(value, 'text');
    };
    return { type: 'text', evaluate: lift(left, right, read) };
  }
  const compute = ARITHMETIC[operator];
  if (!compute) throw createUnsupportedError(`the operator ${operator}`);
  const isWhole =
    operator === '/' && [left, right].every(({ type }) => /^(int|unknown)/.test(type));
  const type = left.type === 'unknown' || left.type === 'interval' ? right.type : left.type;
  return {
    type: type === 'int4' && right.type === 'int8' ? 'int8' : type,
    evaluate: lift(left, right, (a, b) => {
      if (a instanceof Date) return new Date(compute(a.getTime(), Number(b)));
      const number = compute(Number(a), Number(b));
      return isWhole ? Math.trunc(number) : number;
    }),
  };
}

/** Null when an argument is. */
function lift(
  left: Expression,
  right: Expression,
  compute: (a: Value, b: Value) => Value,
): Expression['evaluate'] {
  return (env) => {
    const a = left.evaluate(env);
    const b = right.evaluate(env);
    return a === null || b === null ? null : compute(a, b);
  };
}

function compileCase({ arg, args = [], defresult }: CaseExpr, scope: Scope): Expression {
  const subject = arg ? compileExpression(arg, scope) : null;
  const cases = args.flatMap((each) =>
    'CaseWhen' in each
      ? [
          {
            when: compileExpression(each.CaseWhen.expr, scope),
            result: compileExpression(each.CaseWhen.result, scope),
          },
        ]
      : [],
  );
  const otherwise = defresult ? compileExpression(defresult, scope) : constant(null, 'unknown');
  const type = commonType([...cases.map(({ result }) => result), otherwise]);
  return {
    type,
    evaluate: (env) => {
      const value = subject?.evaluate(env) ?? null;
      for (const { when, result } of cases) {
        const test = when.evaluate(env);
        const isHit =
          subject === null
            ? test === true
            : value !== null && test !== null && compareValues(value, test) === 0;
        if (isHit) return coerce(result.evaluate(env), type);
      }
      return coerce(otherwise.evaluate(env), type);
    },
  };
}

function compileCall(call: FuncCall, scope: Scope): Expression {
  const name = readName(call.funcname?.at(-1) ?? { String: { sval: '' } });
  const args = (call.args ?? []).map((each) => compileExpression(each, scope));
  if (call.over) {
    const compileAll = (nodes: readonly Node[] = []) =>
      nodes.map((each) => compileExpression('SortBy' in each ? each.SortBy.node : each, scope));
    const { partitionClause, orderClause } = call.over;
    const slot = scope.windows.push({
      ...{ name, args },
      partition: compileAll(partitionClause),
      order: compileAll(orderClause),
    });
    return { type: 'int8', evaluate: (env) => env.windows?.[slot - 1] ?? null };
  }
  if (AGGREGATES[name]) {
    const filter = call.agg_filter ? compileExpression(call.agg_filter, scope) : null;
    const order = (call.agg_order ?? []).map((each) =>
      compileSortKey(each, (node) => compileExpression(node, scope)),
    );
    const slot = scope.aggregates.push({ name, args, filter, order });
    return {
      type: typeOfAggregate(name, args[0]?.type ?? 'unknown'),
      evaluate: (env) => env.group?.[slot - 1] ?? null,
    };
  }
  return callFunction(name, args);
}

/** Compiles a key of `ORDER BY`; `compile` compiles its expression. */
export function compileSortKey(
  node: Node,
  compile: (node: Node | undefined) => Expression,
): SortKey {
  if (!('SortBy' in node)) throw createUnsupportedError('this ORDER BY');
  const { node: expression, sortby_dir, sortby_nulls } = node.SortBy;
  const isDescending = sortby_dir === 'SORTBY_DESC';
  const nullsFirst =
    sortby_nulls === 'SORTBY_NULLS_FIRST' || (isDescending && sortby_nulls !== 'SORTBY_NULLS_LAST');
  return { ...compile(expression), isDescending, nullsFirst };
}

function compileSubLink({ subLinkType, testexpr, subselect }: SubLink, scope: Scope): Expression {
  if (!subselect || !('SelectStmt' in subselect)) throw createUnsupportedError('this subquery');
  const query = scope.compileQuery(subselect.SelectStmt, scope, scope.withQueries);
  const run: (env: Env) => Value[][] = query.isCorrelated
    ? (env) => query.run(env.execution, env)
    : (env) => once(env.execution, query, () => query.run(env.execution, null));
  const type = query.columns[0]?.type ?? 'unknown';
  if (subLinkType === 'EXISTS_SUBLINK')
    return { type: 'bool', evaluate: (env) => run(env).length > 0 };
  if (subLinkType === 'ARRAY_SUBLINK')
    return { type: `${type}[]`, evaluate: (env) => run(env).map(([value]) => value ?? null) };
  if (subLinkType === 'EXPR_SUBLINK') return { type, evaluate: (env) => run(env)[0]?.[0] ?? null };
  if (subLinkType === 'ANY_SUBLINK') {
    const left = compileExpression(testexpr, scope);
    return {
      type: 'bool',
      evaluate: (env) => {
        const value = left.evaluate(env);
        if (value === null) return null;
        return run(env).some(([each]) => each != null && compareValues(value, each) === 0);
      },
    };
  }
  throw createUnsupportedError(`the subquery ${subLinkType}`);
}
