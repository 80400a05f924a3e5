import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import type { Db } from '../db/client.ts';
import {
  type ImportCounts,
  type ImportedSubscriber,
  importSubscribers,
} from '../db/subscriber-imports.ts';
import { listTopics } from '../db/topics.ts';
import { PaperboyError } from '../domain/errors.ts';
import { dayOf } from '../domain/schedule.ts';
import { readImportHeader, readSubscriberRow } from '../domain/subscriber-row.ts';
import { hashSuppressed } from '../domain/tokens.ts';

export interface ImportReport extends ImportCounts {
  rows: number;
  rejected: number;
}

export interface SubscriberFile {
  name: string;
  content: Readable;
  onProgress?: (report: ImportReport) => void;
  /** Told of each row that is left out, as it is met. */
  onRejected: (line: number, problem: string) => void;
  signal?: AbortSignal;
}

const BATCH_ROWS = 1000;

/** One line of an address file is short; a quote left open must not swallow the file. */
const MAX_ROW_BYTES = 64 * 1024;

/**
 * Imports a CSV file of subscribers, streamed. New readers are active, with the file's name and day
 * as consent unless the row says more; known ones get the preferences that are named. Bad rows are
 * told and left out.
 * @throws PaperboyError `INVALID_FILE` for a header without `email` or a file that is no CSV; rows
 * before the broken place are stored.
 */
export async function importSubscriberFile(
  { db, suppressionKey }: { db: Db; suppressionKey: string },
  { name, content, onProgress, onRejected, signal }: SubscriberFile,
  now: Date,
): Promise<ImportReport> {
  const topicSlugs = new Set((await listTopics(db)).map(({ slug }) => slug));
  const consent = `Imported from ${name} on ${dayOf(now)}`;
  const report: ImportReport = { rows: 0, added: 0, updated: 0, suppressed: 0, rejected: 0 };
  const batch = new Map<string, ImportedSubscriber>();
  const flush = async () => {
    if (batch.size === 0) return;
    const counts = await importSubscribers(db, [...batch.values()], now);
    batch.clear();
    report.added += counts.added;
    report.updated += counts.updated;
    report.suppressed += counts.suppressed;
    onProgress?.(report);
  };
  const take = async ({ record, info }: ParsedRow) => {
    report.rows += 1;
    try {
      const row = readSubscriberRow(record, topicSlugs);
      const { key } = row.address;
      if (batch.has(key) || batch.size >= BATCH_ROWS) await flush();
      const emailHash = hashSuppressed(key, suppressionKey);
      batch.set(key, { ...row, emailHash, consent: row.consent ?? consent });
    } catch (error) {
      if (!(error instanceof PaperboyError)) throw error;
      report.rejected += 1;
      onRejected(info.lines, error.message);
    }
  };
  await readRows(content, take, signal);
  await flush();
  return report;
}

interface ParsedRow {
  record: Record<string, string>;
  info: { lines: number };
}

async function readRows(
  content: Readable,
  take: (row: ParsedRow) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const parser = parse({
    bom: true,
    columns: readImportHeader,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
  });
  let sawHeader = false;
  try {
    await pipeline(
      content,
      parser,
      async (rows: AsyncIterable<ParsedRow>) => {
        for await (const row of rows) {
          sawHeader = true;
          await take(row);
        }
      },
      ...(signal ? [{ signal }] : []),
    );
  } catch (error) {
    if (error instanceof CsvError) {
      throw new PaperboyError('INVALID_FILE', `The file is no CSV: ${error.message}.`, {
        cause: error,
      });
    }
    throw error;
  }
  if (!sawHeader && parser.info.lines < 1) {
    throw new PaperboyError(
      'INVALID_FILE',
      'The file is empty: expected a header line with the column “email”.',
    );
  }
}
