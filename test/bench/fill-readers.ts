import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { type BenchReader, readerAt } from './readers.ts';

const ROWS_AT_ONCE = 10_000;

/** Stores active readers who follow some of the stored topics, straight into the table. */
export async function fillReaders(
  database: pg.Client,
  count: number,
  topics: readonly string[],
): Promise<void> {
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const size = Math.min(ROWS_AT_ONCE, count - start);
    const readers = Array.from({ length: size }, (_, n) => readerAt(start + n, topics));
    await database.query(INSERT, [JSON.stringify(readers)]);
  }
  await database.query('VACUUM ANALYZE subscribers');
}

const INSERT = `
  INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour, papers,
                           learned, created_at, confirmed_at, updated_at)
  SELECT email, email, 'active', topics, keywords, 'daily', timezone, hour, papers, learned, now(), now(), now()
  FROM jsonb_to_recordset($1::jsonb)
    AS reader (email text, topics text[], keywords text[], timezone text, hour smallint, papers smallint,
               learned text)`;

/** Writes the readers as a file for “subscribers import”, which knows no keywords and
 *  nothing that was learned. */
export async function writeReaderFile(
  path: string,
  count: number,
  topics: readonly string[],
): Promise<void> {
  await pipeline(Readable.from(linesOf(count, topics)), createWriteStream(path));
}

function* linesOf(count: number, topics: readonly string[]): Generator<string> {
  yield 'email,topics,timezone,hour,papers\n';
  for (let n = 0; n < count; n += 1) yield lineOf(readerAt(n, topics));
}

function lineOf({ email, topics, timezone, hour, papers }: BenchReader): string {
  return `${email},${topics.join(';')},${timezone},${hour},${papers}\n`;
}
