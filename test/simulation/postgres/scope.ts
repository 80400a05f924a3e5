import type { SelectStmt } from '@pgsql/types';
import type { Catalog } from './catalog.ts';
import type { Env, Execution, Expression } from './execution.ts';
import type { Column } from './tables.ts';
import { createDatabaseError, type Value } from './values.ts';

/** A relation in `FROM`, or the target of a write. */
export interface Source {
  alias: string;
  columns: readonly Column[];
}

/** An aggregate of a query, whose value is read from its slot in the group. */
export interface Aggregate {
  name: string;
  args: readonly Expression[];
  filter: Expression | null;
  order: readonly SortKey[];
}

/** A key of `ORDER BY`. */
export interface SortKey extends Expression {
  isDescending: boolean;
  nullsFirst: boolean;
}

export interface WindowCall {
  name: string;
  args: readonly Expression[];
  partition: readonly Expression[];
  order: readonly Expression[];
}

/** A compiled query. */
export interface Query {
  columns: readonly Column[];
  /** Whether it refers to rows of the query around it. */
  isCorrelated: boolean;
  run: (execution: Execution, outer: Env | null) => Value[][];
}

/** What the names of an expression refer to. */
export interface Scope {
  sources: Source[];
  outer: Scope | null;
  catalog: Catalog;
  /** `WITH` queries by name. */
  withQueries: ReadonlyMap<string, Query>;
  aggregates: Aggregate[];
  windows: WindowCall[];
  /** The highest index of a source that was referred to since it was last set to -1. */
  touched: number;
  /** Whether a name of an outer scope was referred to. */
  isCorrelated: boolean;
  /** Compiles a query inside this one. */
  compileQuery: (
    select: SelectStmt,
    outer: Scope | null,
    withQueries: Scope['withQueries'],
  ) => Query;
}

export function createScope(
  base: Pick<Scope, 'catalog' | 'withQueries' | 'outer' | 'compileQuery'>,
): Scope {
  const { catalog, withQueries, outer, compileQuery } = base;
  return {
    sources: [],
    outer,
    catalog,
    withQueries,
    compileQuery,
    aggregates: [],
    windows: [],
    touched: -1,
    isCorrelated: false,
  };
}

/** Resolves a column by its name, in this scope or an outer one. */
export function resolveColumn(scope: Scope, alias: string | null, name: string): Expression {
  let depth = 0;
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = findColumn(at, alias, name);
    if (found) {
      markReference(scope, depth, found.source);
      return { type: found.type, evaluate: createReader(depth, found.source, found.column) };
    }
    depth += 1;
  }
  const full = alias === null ? name : `${alias}.${name}`;
  throw createDatabaseError('42703', `column "${full}" does not exist`);
}

function findColumn(scope: Scope, alias: string | null, name: string) {
  for (const [source, { alias: own, columns }] of scope.sources.entries()) {
    if (alias !== null && alias !== own) continue;
    const column = columns.findIndex((each) => each.name === name);
    const type = columns[column]?.type;
    if (type !== undefined) return { source, column, type };
  }
  return null;
}

function markReference(scope: Scope, depth: number, source: number): void {
  let at: Scope = scope;
  for (let left = depth; left > 0 && at.outer; left -= 1) {
    at.isCorrelated = true;
    at = at.outer;
  }
  at.touched = Math.max(at.touched, source);
}

function createReader(depth: number, source: number, column: number): Expression['evaluate'] {
  if (depth === 0) return (env) => env.rows[source]?.[column] ?? null;
  return (env) => {
    let at = env;
    for (let left = depth; left > 0 && at.outer; left -= 1) at = at.outer;
    return at.rows[source]?.[column] ?? null;
  };
}

/** A row of nulls, for an outer join without a match. */
export function nullRow(columns: readonly Column[]): Value[] {
  return columns.map(() => null);
}
