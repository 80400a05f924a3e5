/** A value at run time: `timestamptz` is a Date, every number a number, an interval its ms, `date`
 *  and `text` are strings, and `jsonb` is what its JSON holds. */
export type Value = null | boolean | number | string | Date | Buffer | Value[] | JsonObject;
export interface JsonObject {
  [key: string]: Value;
}

/** A type by its internal name, such as `int4`; arrays end in `[]`. */
export type SqlType = string;

/** An error of the server, with its SQLSTATE (PostgreSQL manual, appendix A). */
export function createDatabaseError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR' });
}

/** Signals SQL that this model does not know: a mistake in the model, never one of the program. */
export function createUnsupportedError(what: string): Error {
  return Object.assign(new Error(`The model of PostgreSQL does not know ${what}.`), {
    isUnsupported: true,
  });
}

const INTEGERS: ReadonlySet<SqlType> = new Set(['int2', 'int4', 'int8', 'oid']);
const NUMBERS: ReadonlySet<SqlType> = new Set([...INTEGERS, 'float4', 'float8', 'numeric']);

/** Converts a value to a type, as an assignment or a cast does. */
export function coerce(value: Value, type: SqlType): Value {
  if (value === null) return null;
  if (type.endsWith('[]')) {
    const elementType = type.slice(0, -2);
    const elements = typeof value === 'string' ? parseArray(value) : (value as Value[]);
    return elements.map((element) => coerce(element, elementType));
  }
  if (NUMBERS.has(type)) return toNumber(value, type);
  if (type === 'timestamptz' || type === 'timestamp') return toTimestamp(value);
  if (type === 'date') return toDay(value);
  if (type === 'bool') return value === true || value === 't' || value === 'true';
  if (type === 'jsonb' || type === 'json')
    return typeof value === 'string' ? (JSON.parse(value) as Value) : value;
  if (type === 'text' || type === 'varchar') return toText(value);
  return value;
}

function toNumber(value: Value, type: SqlType): number {
  const number = Number(value);
  if (Number.isNaN(number))
    throw createDatabaseError('22P02', `invalid input syntax for type ${type}: "${value}"`);
  return INTEGERS.has(type) ? Math.round(number) : number;
}

function toTimestamp(value: Value): Date {
  if (value instanceof Date) return value;
  if (value === '-infinity') return new Date(-8.64e15);
  const time = Date.parse(String(value));
  if (Number.isNaN(time))
    throw createDatabaseError('22007', `invalid input syntax for type timestamptz: "${value}"`);
  return new Date(time);
}

function toDay(value: Value): string {
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value).slice(0, 10);
}

function toText(value: Value): string {
  if (value instanceof Date) return formatTimestamp(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** Parses an array literal such as `{1,NULL,"a \"b\""}`. */
function parseArray(text: string): (string | null)[] {
  const elements: (string | null)[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/gs;
  for (const [, quoted, plain] of text.slice(1, -1).matchAll(pattern)) {
    if (quoted !== undefined) elements.push(quoted.replace(/\\(.)/gs, '$1'));
    else elements.push(plain === 'NULL' ? null : (plain ?? ''));
  }
  return elements;
}

/** Orders two values that are not null; a negative number when `a` is first. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a instanceof Date || b instanceof Date)
    return toTimestamp(a).getTime() - toTimestamp(b).getTime();
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  if (a === b) return 0;
  return (a as string) < (b as string) ? -1 : 1;
}

function compareArrays(a: Value[], b: Value[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const order = compareValues(a[at] as Value, b[at] as Value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** A text that is the same for equal values, for groups and sets. */
export function keyOf(values: readonly Value[]): string {
  return values.map((value) => (value instanceof Date ? value.getTime() : toKey(value))).join('|');
}

function toKey(value: Value): string {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}

/** A timestamp in the form of the server, in the time zone UTC. */
function formatTimestamp(value: Date): string {
  return value
    .toISOString()
    .replace('T', ' ')
    .replace(/\.?0*Z$/, '+00');
}

/** What node-postgres passes on for a value of the type, as drizzle configures it. */
export function toDriverValue(value: Value, type: SqlType): unknown {
  if (value === null) return null;
  if (type === 'int8' || type === 'numeric') return String(value);
  if (type.endsWith('[]'))
    return (value as Value[]).map((each) => toDriverValue(each, type.slice(0, -2)));
  if (value instanceof Date) return formatTimestamp(value);
  if (type === 'jsonb' || type === 'json') return structuredClone(value);
  return value;
}
