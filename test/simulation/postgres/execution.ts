import type { Catalog } from './catalog.ts';
import type { Row, Snapshot } from './tables.ts';
import type { SqlType, Value } from './values.ts';

/** One run of a statement. */
export interface Execution {
  snapshot: Snapshot;
  params: readonly Value[];
  catalog: Catalog;
  /** The time of the server, in ms. */
  now: () => number;
  /** Results of parts that are computed once, such as `WITH` queries. */
  once: Map<object, unknown>;
}

/** The rows that an expression sees. */
export interface Env {
  rows: Value[][];
  /** The stored row behind each of them. */
  refs: (Row | null)[];
  outer: Env | null;
  execution: Execution;
  /** Values of the aggregates of a group. */
  group: readonly Value[] | null;
  /** Values of the window functions. */
  windows: Value[] | null;
}

export type Evaluate = (env: Env) => Value;

/** A compiled expression. */
export interface Expression {
  type: SqlType;
  evaluate: Evaluate;
}

/** Computes a value once per run of the statement. */
export function once<Result>(execution: Execution, key: object, compute: () => Result): Result {
  if (execution.once.has(key)) return execution.once.get(key) as Result;
  const result = compute();
  execution.once.set(key, result);
  return result;
}
