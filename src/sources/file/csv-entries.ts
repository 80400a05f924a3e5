import { CsvError, parse } from 'csv-parse/sync';
import { PaperboyError } from '../../domain/errors.ts';
import type { FileEntry } from './file-entry.ts';

/** Columns with the names of the JSON fields; others are ignored. */
const KNOWN_COLUMNS = [
  'id',
  'title',
  'abstract',
  'authors',
  'author_count',
  'organization',
  'published_on',
  'listed_on',
  'upvotes',
  'comments',
  'url',
  'code_url',
  'categories',
  'summary',
  'summary_by',
  'keywords',
  'project_url',
  'code_stars',
  'venue',
  'doi',
] as const;

/** Columns of whole numbers. */
const INTEGER_COLUMNS: readonly string[] = ['author_count', 'upvotes', 'comments', 'code_stars'];

/** Columns of texts separated by semicolons. */
const LIST_COLUMNS: readonly string[] = ['authors', 'categories', 'keywords'];

/** Enough for a long abstract; an unclosed quote must not swallow the whole file. */
const MAX_ROW_BYTES = 256 * 1024;

/** Whether the first line is a CSV header with a column `title`. */
export function isCsv(content: string): boolean {
  const [header = ''] = content.split('\n', 1);
  return !header.startsWith('{') && parseHeaderNames(header).includes('title');
}

/** Splits a CSV file into entries with the fields of JSON papers; semicolons separate `authors`,
 *  `categories` and `keywords`.
 *  @throws PaperboyError `INVALID_FILE`, with the line. */
export function parseCsvEntries(content: string): FileEntry[] {
  const rows = parseCsv(content);
  const [header, ...papers] = rows;
  const columns = header?.record.map((name) => name.trim().toLowerCase()) ?? [];
  const duplicateColumn = columns.find(
    (name, index) => name !== '' && columns.indexOf(name) !== index,
  );
  if (duplicateColumn !== undefined)
    throw new PaperboyError(
      'INVALID_FILE',
      `The column “${duplicateColumn.slice(0, 60)}” appears twice in the header line.`,
    );
  if (!columns.includes('abstract'))
    throw new PaperboyError(
      'INVALID_FILE',
      `The header line “${columns.join(',').slice(0, 200)}” has no column “abstract”: expected title and abstract.`,
    );
  return papers.map(({ record, info }) => ({
    location: `Line ${info.lines}`,
    parse: () => buildEntry(record, columns),
  }));
}

interface CsvRow {
  record: string[];
  info: { lines: number };
}

function parseCsv(content: string): CsvRow[] {
  try {
    return parse(content, {
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: MAX_ROW_BYTES,
    }) as unknown as CsvRow[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PaperboyError('INVALID_FILE', `The file is not valid CSV: ${error.message}.`, {
      cause: error,
    });
  }
}

function buildEntry(
  record: readonly string[],
  columns: readonly string[],
): Record<string, unknown> {
  if (record.length > columns.length)
    throw new PaperboyError(
      'INVALID_PAPER',
      `the row has ${record.length} cells: expected ${columns.length} as in the header line; put text with commas in quotes.`,
    );
  const cells = record.map((cell, index) => [columns[index] ?? '', cell.trim()] as const);
  return Object.fromEntries(
    cells
      .filter(([name, cell]) => cell !== '' && (KNOWN_COLUMNS as readonly string[]).includes(name))
      .map(([name, cell]) => [name, parseCell(name, cell)]),
  );
}

function parseCell(name: string, cell: string): unknown {
  if (LIST_COLUMNS.includes(name)) return cell.split(';').map((each) => each.trim());
  return INTEGER_COLUMNS.includes(name) && /^\d+$/.test(cell) ? Number(cell) : cell;
}

function parseHeaderNames(header: string): string[] {
  return header.split(',').map((name) => name.trim().replace(/^"|"$/g, '').toLowerCase());
}
