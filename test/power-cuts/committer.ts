/**
 * `node committer.ts FOLDER FIRST`: opens the embedded database in FOLDER and commits rows,
 * numbered from FIRST, until it is killed. Prints the number of each row once it is committed.
 */
import { writeSync } from 'node:fs';
import { openEmbeddedDatabase } from '../../src/db/client.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const { pool } = await openEmbeddedDatabase(folder);
await pool.query(
  'CREATE TABLE IF NOT EXISTS kept (id int PRIMARY KEY, text text, changes int NOT NULL DEFAULT 0)',
);
for (let id = Number(first); ; id += 1) {
  await pool.query('INSERT INTO kept VALUES ($1::int, repeat(md5(($1::int)::text), 40))', [id]);
  await pool.query('UPDATE kept SET changes = changes + 1 WHERE id % 10 = $1::int % 10', [id]);
  if (id % 25 === 0) await pool.query(`CREATE TABLE IF NOT EXISTS of_${id} AS SELECT * FROM kept`);
  if (id % 40 === 0) await pool.query('CHECKPOINT');
  writeSync(1, `${id}\n`);
}
