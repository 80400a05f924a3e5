import type pg from 'pg';

/** Queries with the rows that `pg` returns for them. A test compares them with a real server. */
export const QUERY_RESULTS: {
  query: string | pg.QueryConfig | pg.QueryArrayConfig;
  rows: unknown[];
}[] = [
  {
    query: 'SELECT 9007199254740993::int8 AS a, 7::int4 AS b',
    rows: [{ a: '9007199254740993', b: 7 }],
  },
  { query: 'SELECT count(*) AS a FROM notes', rows: [{ a: '0' }] },
  { query: `SELECT 1.50::numeric AS a, 0.5::float8 AS b`, rows: [{ a: '1.50', b: 0.5 }] },
  {
    query: `SELECT timestamptz '2026-05-08 05:30:00.123+02' AS a`,
    rows: [{ a: new Date('2026-05-08T03:30:00.123Z') }],
  },
  {
    query: { text: 'SELECT $1::timestamptz AS a', values: [new Date('2026-05-08T03:30:00.123Z')] },
    rows: [{ a: new Date('2026-05-08T03:30:00.123Z') }],
  },
  { query: `SELECT (date '2026-05-08')::text AS a`, rows: [{ a: '2026-05-08' }] },
  { query: `SELECT date '2026-05-08' AS a`, rows: [{ a: new Date(2026, 4, 8) }] },
  { query: `SELECT '\\x00ff10'::bytea AS a`, rows: [{ a: Buffer.from([0, 255, 16]) }] },
  {
    query: {
      text: 'SELECT $1::bytea AS a, length($1::bytea) AS b',
      values: [Buffer.from([0, 200, 13])],
    },
    rows: [{ a: Buffer.from([0, 200, 13]), b: 3 }],
  },
  {
    query: {
      text: 'SELECT $1::text[] AS a, $2::int[] AS b',
      values: [
        ['x', 'a "b", {c}\\', ''],
        [1, 2],
      ],
    },
    rows: [{ a: ['x', 'a "b", {c}\\', ''], b: [1, 2] }],
  },
  {
    query: `SELECT '{}'::text[] AS a, ARRAY[1::int8, NULL] AS b`,
    rows: [{ a: [], b: ['1', null] }],
  },
  {
    query: { text: 'SELECT $1::jsonb AS a, $2::json AS b', values: [{ x: [1, 'é', null] }, '[]'] },
    rows: [{ a: { x: [1, 'é', null] }, b: [] }],
  },
  { query: 'SELECT NULL AS a, NULL::jsonb AS b', rows: [{ a: null, b: null }] },
  {
    query: { text: 'SELECT $1::text AS a, $2::int AS b', values: [null, undefined] },
    rows: [{ a: null, b: null }],
  },
  {
    query: { text: 'SELECT true AS a, $1::boolean AS b, $2::boolean AS c', values: [true, false] },
    rows: [{ a: true, b: true, c: false }],
  },
  {
    query: { text: 'SELECT $1::text AS a', values: ["Grüße \u{1f4ee} 'quoted'"] },
    rows: [{ a: "Grüße \u{1f4ee} 'quoted'" }],
  },
  { query: { text: 'SELECT 1 AS a, 2 AS a', rowMode: 'array' }, rows: [[1, 2]] },
  {
    query: { text: 'SELECT $1::int AS a, now() IS NULL AS b', values: [3], rowMode: 'array' },
    rows: [[3, false]],
  },
];
