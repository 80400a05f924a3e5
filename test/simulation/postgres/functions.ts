import type { Env, Expression } from './execution.ts';
import { Blocked, type Transaction } from './tables.ts';
import {
  coerce,
  compareValues,
  createUnsupportedError,
  type JsonObject,
  type SqlType,
  type Value,
} from './values.ts';

interface AggregateFunction {
  /** `values` are those of the arguments, for the rows that the filter keeps. */
  compute: (values: readonly (readonly Value[])[]) => Value;
  typeOf: (argType: SqlType) => SqlType;
}

const withoutNulls = (values: readonly (readonly Value[])[]): Value[] =>
  values.flatMap(([value]) => (value === null || value === undefined ? [] : [value]));

const pickExtreme = (sign: number) => (values: readonly (readonly Value[])[]) =>
  withoutNulls(values).reduce<Value>(
    (best, value) => (best === null || sign * compareValues(value, best) > 0 ? value : best),
    null,
  );

export const AGGREGATES: Record<string, AggregateFunction> = {
  count: {
    compute: (values) => values.filter((row) => row.length === 0 || row[0] !== null).length,
    typeOf: () => 'int8',
  },
  sum: {
    compute: (values) => {
      const numbers = withoutNulls(values);
      return numbers.length === 0
        ? null
        : numbers.reduce<number>((total, each) => total + Number(each), 0);
    },
    typeOf: (type) => (type === 'int8' ? 'numeric' : 'int8'),
  },
  min: { compute: pickExtreme(-1), typeOf: (type) => type },
  max: { compute: pickExtreme(1), typeOf: (type) => type },
  array_agg: {
    compute: (values) => (values.length === 0 ? null : values.map(([value]) => value ?? null)),
    typeOf: (type) => `${type}[]`,
  },
  jsonb_object_agg: {
    compute: (values) =>
      values.length === 0
        ? null
        : (Object.fromEntries(
            values.map(([key, value]) => [String(key), value ?? null]),
          ) as JsonObject),
    typeOf: () => 'jsonb',
  },
  json_agg: {
    compute: (values) => (values.length === 0 ? null : values.map(([value]) => value ?? null)),
    typeOf: () => 'json',
  },
  bool_or: { compute: (values) => values.some(([value]) => value === true), typeOf: () => 'bool' },
};

export function typeOfAggregate(name: string, argType: SqlType): SqlType {
  return AGGREGATES[name]?.typeOf(argType) ?? 'unknown';
}

interface ScalarFunction {
  type: SqlType | ((args: readonly Expression[]) => SqlType);
  /** Not called with a null argument, unless `acceptsNull`. */
  compute: (args: Value[], env: Env) => Value;
  acceptsNull?: boolean;
}

const FUNCTIONS: Record<string, ScalarFunction> = {
  clock_timestamp: {
    type: 'timestamptz',
    compute: (_, { execution }) => new Date(execution.now()),
  },
  now: { type: 'timestamptz', compute: (_, { execution }) => new Date(execution.now()) },
  // Defined in the migration; the model is never promoted.
  database_timeline: { type: 'int4', compute: () => 1 },
  // Settings that the program reads or sets have no effect on the model.
  current_setting: { type: 'text', compute: () => '0' },
  set_config: { type: 'text', compute: ([, value]) => value ?? null },
  extract: {
    type: 'numeric',
    compute: ([field, at]) => {
      if (field !== 'epoch') throw createUnsupportedError(`extract(${field})`);
      return (at as Date).getTime() / 1000;
    },
  },
  make_interval: { type: 'interval', compute: ([seconds]) => Number(seconds) * 1000 },
  replace: {
    type: 'text',
    compute: ([text, from, to]) => String(text).replaceAll(String(from), String(to)),
  },
  lower: { type: 'text', compute: ([text]) => String(text).toLowerCase() },
  length: { type: 'int4', compute: ([text]) => String(text).length },
  encode: { type: 'text', compute: ([bytes]) => (bytes as Buffer).toString('hex') },
  decode: { type: 'bytea', compute: ([text]) => Buffer.from(String(text), 'hex') },
  to_json: { type: 'json', compute: ([value]) => value ?? null },
  string_to_array: { type: 'text[]', compute: ([text, by]) => splitText(String(text), String(by)) },
  regexp_replace: {
    type: 'text',
    compute: ([text, pattern, by]) =>
      String(text).replace(
        new RegExp(String(pattern).replace('[:alnum:]', '\\p{L}\\p{N}'), 'gu'),
        String(by),
      ),
  },
  json_build_object: {
    type: 'json',
    acceptsNull: true,
    compute: (args, env) => FUNCTIONS.jsonb_build_object?.compute(args, env) ?? null,
  },
  jsonb_build_object: {
    type: 'jsonb',
    acceptsNull: true,
    compute: (args) => {
      const json: JsonObject = {};
      for (let at = 0; at < args.length; at += 2) json[String(args[at])] = args[at + 1] ?? null;
      return json;
    },
  },
  concat_ws: {
    type: 'text',
    acceptsNull: true,
    compute: ([separator, ...texts]) =>
      texts.filter((text) => text !== null).join(String(separator)),
  },
  pg_try_advisory_xact_lock: {
    type: 'bool',
    compute: ([key], env) => {
      if (listAdvisoryHolders(env, Number(key), true).length > 0) return false;
      lockAdvisory(env, Number(key), true);
      return true;
    },
  },
  pg_advisory_xact_lock: {
    type: 'void',
    compute: ([key], env) => lockAdvisory(env, Number(key), true),
  },
  pg_advisory_xact_lock_shared: {
    type: 'void',
    compute: ([key], env) => lockAdvisory(env, Number(key), false),
  },
};

function splitText(text: string, separator: string): string[] {
  return text === '' ? [] : text.split(separator);
}

/** Compiles the call of a function that is no aggregate. */
export function callFunction(name: string, args: readonly Expression[]): Expression {
  const called = FUNCTIONS[name];
  if (!called) throw createUnsupportedError(`the function ${name}`);
  const { compute, acceptsNull = false } = called;
  return {
    type: typeof called.type === 'string' ? called.type : called.type(args),
    evaluate: (env) => {
      const values = args.map(({ evaluate }) => evaluate(env));
      return !acceptsNull && values.includes(null) ? null : compute(values, env);
    },
  };
}

/** Advisory locks belong to the transaction. @throws Blocked while another one holds the key. */
function lockAdvisory(env: Env, key: number, isExclusive: boolean): Value {
  const holders = listAdvisoryHolders(env, key, isExclusive);
  if (holders.length > 0) throw new Blocked(holders);
  const { advisory } = env.execution.snapshot.transaction;
  advisory.set(key, isExclusive || (advisory.get(key) ?? false));
  return '';
}

/** The other transactions that hold a key so that it cannot be locked. */
function listAdvisoryHolders({ execution }: Env, key: number, isExclusive: boolean): Transaction[] {
  const { transaction } = execution.snapshot;
  const holders: Transaction[] = [];
  for (const other of execution.catalog.transactions) {
    const held = other === transaction ? undefined : other.advisory.get(key);
    if (held !== undefined && (held || isExclusive)) holders.push(other);
  }
  return holders;
}

/** A function that returns rows, in `FROM`. */
interface TableFunction {
  /** The names and types of its columns, when they are not given. */
  columns: (argTypes: readonly SqlType[]) => { name: string; type: SqlType }[];
  run: (args: readonly Value[], columns: readonly { name: string; type: SqlType }[]) => Value[][];
}

export const TABLE_FUNCTIONS: Record<string, TableFunction> = {
  unnest: {
    columns: (types) => types.map((type) => ({ name: 'unnest', type: type.replace(/\[\]$/, '') })),
    run: (args, columns) => {
      const arrays = args.map(
        (each, at) => (coerce(each, `${columns[at]?.type ?? 'unknown'}[]`) ?? []) as Value[],
      );
      const length = Math.max(0, ...arrays.map((array) => array.length));
      return Array.from({ length }, (_, row) => arrays.map((array) => array[row] ?? null));
    },
  },
  jsonb_to_recordset: {
    columns: () => [],
    run: ([json], columns) =>
      ((coerce(json ?? null, 'jsonb') ?? []) as JsonObject[]).map((record) =>
        columns.map(({ name, type }) => coerce(record[name] ?? null, type)),
      ),
  },
  json_to_recordset: {
    columns: () => [],
    run: (args, columns) => TABLE_FUNCTIONS.jsonb_to_recordset?.run(args, columns) ?? [],
  },
  generate_series: {
    columns: () => [{ name: 'generate_series', type: 'int4' }],
    run: ([first, last]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => [Number(first) + at]),
  },
  jsonb_each_text: {
    columns: () => [
      { name: 'key', type: 'text' },
      { name: 'value', type: 'text' },
    ],
    run: ([json]) =>
      Object.entries((json ?? {}) as JsonObject).map(([key, value]) => [
        key,
        coerce(value, 'text'),
      ]),
  },
};
