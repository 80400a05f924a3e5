import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { type BenchReader, readerAt } from './readers.ts';

export interface Readers {
  count: number;
  /** Slugs of the stored topics, of which each follows some. */
  topics: readonly string[];
  /** What each asks for; null for a mix. */
  papers: number | null;
}

const ROWS_AT_ONCE = 10_000;

/** Stores active readers straight into the table. */
export async function fillReaders(database: pg.Client, readers: Readers): Promise<void> {
  const { count } = readers;
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const size = Math.min(ROWS_AT_ONCE, count - start);
    const rows = Array.from({ length: size }, (_, n) => readerOf(readers, start + n));
    await database.query(INSERT, [JSON.stringify(rows)]);
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
export async function writeReaderFile(path: string, readers: Readers): Promise<void> {
  await pipeline(Readable.from(linesOf(readers)), createWriteStream(path));
}

function* linesOf(readers: Readers): Generator<string> {
  yield 'email,topics,timezone,hour,papers\n';
  for (let n = 0; n < readers.count; n += 1) yield lineOf(readerOf(readers, n));
}

function readerOf({ topics, papers }: Readers, n: number): BenchReader {
  const reader = readerAt(n, topics);
  return papers === null ? reader : { ...reader, papers };
}

function lineOf({ email, topics, timezone, hour, papers }: BenchReader): string {
  return `${email},${topics.join(';')},${timezone},${hour},${papers}\n`;
}
