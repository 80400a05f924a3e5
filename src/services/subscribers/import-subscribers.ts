import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
import type { Db } from '../../db/client.ts';
import { listUnsearchableKeywords } from '../../db/papers/keyword-matches.ts';
import {
  type ImportCounts,
  type ImportedSubscriber,
  importSubscribers,
} from '../../db/subscribers/subscriber-imports.ts';
import { awaitErasures } from '../../db/subscribers/suppressions.ts';
import { listValidTopicSlugs } from '../../db/topics/topics.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { hashSuppressedAddress } from '../../domain/links/tokens.ts';
import { parseImportHeader, parseSubscriberRow } from '../../domain/subscribers/import-row.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';

export interface ImportReport extends ImportCounts {
  rows: number;
  rejected: number;
}

interface SubscriberFile {
  name: string;
  content: Readable;
  onProgress?: (report: ImportReport) => void;
  /** Called for each rejected row. */
  onRejected: (line: number, problem: string) => Promise<void>;
  signal?: AbortSignal;
}

/** The statement compares the rows of a batch with each other, which takes quadratic time: with
 *  batches of 1000, importing 100,000 rows took twice as long. */
const BATCH_ROWS = 250;

const NOT_ADDED =
  'The row’s status means no mail and the address is not known here, so it was not added.';

/** Rows are short; an unclosed quote must not read the rest of the file as one field. */
const MAX_ROW_BYTES = 64 * 1024;

/**
 * Imports a CSV file of subscribers, which is held in memory. New subscribers are active, and their
 * consent is the file's name and day unless the row says more; known ones get the preferences that
 * the row names. Invalid rows are reported and left out.
 * @throws PaperboyError `INVALID_FILE` when the header has no `email` or any line is not CSV;
 * nothing is stored then.
 */
export async function importSubscriberFile(
  { db, suppressionKey }: { db: Db; suppressionKey: string },
  { name, content, onProgress, onRejected, signal }: SubscriberFile,
  now: Date,
): Promise<ImportReport> {
  const topicSlugs = await listValidTopicSlugs(db);
  const today = toUtcDay(now);
  const consent = `Imported from ${name} on ${today}`;
  const report: ImportReport = { rows: 0, added: 0, updated: 0, suppressed: 0, rejected: 0 };
  const batch = new Map<string, ImportedSubscriber & { line: number }>();
  const reject = async (line: number, problem: string) => {
    report.rejected += 1;
    await onRejected(line, problem);
  };
  const rejectUnsearchable = async () => {
    const keywords = [...batch.values()].flatMap((row) => row.preferences.keywords ?? []);
    const unsearchable = new Set(await listUnsearchableKeywords(db, keywords));
    for (const [key, { line, preferences }] of batch) {
      const found = preferences.keywords?.find((keyword) => unsearchable.has(keyword));
      if (found === undefined) continue;
      batch.delete(key);
      await reject(line, PREFERENCES_COPY.unsearchableKeyword(found));
    }
  };
  const flush = async () => {
    await rejectUnsearchable();
    if (batch.size === 0) return;
    const result = await db.transaction(async (tx) => {
      await awaitErasures(tx);
      return importSubscribers(tx, [...batch.values()], now);
    });
    report.added += result.added;
    report.updated += result.updated;
    report.suppressed += result.suppressed;
    for (const key of result.leftOut) await reject(batch.get(key)?.line ?? 0, NOT_ADDED);
    batch.clear();
    onProgress?.(report);
  };
  const addRow = async ({ record, info }: ParsedRow) => {
    report.rows += 1;
    try {
      const row = parseSubscriberRow(record, { topicSlugs, today });
      const { key } = row.address;
      if (batch.has(key) || batch.size >= BATCH_ROWS) await flush();
      const emailHash = hashSuppressedAddress(key, suppressionKey);
      batch.set(key, { ...row, emailHash, consent: row.consent ?? consent, line: info.lines });
    } catch (error) {
      if (!(error instanceof PaperboyError)) throw error;
      await reject(info.lines, error.message);
    }
  };
  const chunks = await readChunks(content, signal);
  await readRows(chunks, async () => undefined, signal);
  await readRows(chunks, addRow, signal);
  await flush();
  return report;
}

interface ParsedRow {
  record: Record<string, string>;
  info: { lines: number };
}

/** Reads the whole file, so that broken CSV is found before the first row is stored. */
async function readChunks(content: Readable, signal?: AbortSignal): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) {
    signal?.throwIfAborted();
    chunks.push(Buffer.from(chunk));
  }
  return chunks;
}

async function readRows(
  content: readonly Buffer[],
  addRow: (row: ParsedRow) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let hasHeader = false;
  const parser = parse({
    bom: true,
    columns: (names: string[]) => {
      hasHeader = true;
      return parseImportHeader(names);
    },
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
  });
  try {
    await pipeline(
      Readable.from(content, { objectMode: false }),
      parser,
      async (rows: AsyncIterable<ParsedRow>) => {
        for await (const row of rows) await addRow(row);
      },
      ...(signal ? [{ signal }] : []),
    );
  } catch (error) {
    if (error instanceof CsvError) {
      throw new PaperboyError(
        'INVALID_FILE',
        `The file is no CSV: ${error.message}. Expected fields separated by commas, with quotes around a whole field or none.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
  if (!hasHeader) {
    throw new PaperboyError(
      'INVALID_FILE',
      'The file is empty: expected a header line with the column “email”.',
    );
  }
}
