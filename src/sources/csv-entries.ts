import { CsvError, parse } from 'csv-parse/sync';
import { PaperboyError } from '../domain/errors.ts';
import type { FileEntry } from './file-entry.ts';

/** Columns that mean something, as in JSON; others are passed over. */
const COLUMNS = [
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
] as const;

/** Cells that hold whole numbers. */
const NUMBERS: readonly string[] = ['author_count', 'upvotes', 'comments'];

/** An abstract is long, but a quote left open must not swallow the file. */
const MAX_ROW_BYTES = 256 * 1024;

/** Whether a text begins with a header line that names a column `title`. */
export function looksLikeCsv(content: string): boolean {
  const [header = ''] = content.split('\n', 1);
  return !header.startsWith('{') && namesIn(header).includes('title');
}

/** The rows of a CSV file as entries of JSON, with `authors` parted by semicolons.
 *  @throws PaperboyError `INVALID_FILE` naming the line. */
export function csvEntries(content: string): FileEntry[] {
  const rows = parseCsv(content);
  const [header, ...papers] = rows;
  const columns = header?.record.map((name) => name.trim().toLowerCase()) ?? [];
  const twice = columns.find((name, place) => name !== '' && columns.indexOf(name) !== place);
  if (twice !== undefined)
    throw new PaperboyError(
      'INVALID_FILE',
      `The column “${twice.slice(0, 60)}” comes twice in the header line.`,
    );
  if (!columns.includes('abstract'))
    throw new PaperboyError(
      'INVALID_FILE',
      `The header line “${columns.join(',').slice(0, 200)}” has no column “abstract”: expected title and abstract.`,
    );
  return papers.map(({ record, info }) => ({
    place: `Line ${info.lines}`,
    read: () => entryOf(record, columns),
  }));
}

interface Row {
  record: string[];
  info: { lines: number };
}

function parseCsv(content: string): Row[] {
  try {
    return parse(content, {
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: MAX_ROW_BYTES,
    }) as unknown as Row[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PaperboyError('INVALID_FILE', `The file is no CSV: ${error.message}.`, {
      cause: error,
    });
  }
}

function entryOf(record: readonly string[], columns: readonly string[]): Record<string, unknown> {
  if (record.length > columns.length)
    throw new PaperboyError(
      'INVALID_PAPER',
      `the row has ${record.length} cells: expected ${columns.length} as in the header line; text with commas stands in quotes.`,
    );
  const cells = record.map((cell, place) => [columns[place] ?? '', cell.trim()] as const);
  return Object.fromEntries(
    cells
      .filter(([name, cell]) => cell !== '' && (COLUMNS as readonly string[]).includes(name))
      .map(([name, cell]) => [name, cellValue(name, cell)]),
  );
}

function cellValue(name: string, cell: string): unknown {
  if (name === 'authors') return cell.split(';').map((author) => author.trim());
  return NUMBERS.includes(name) && /^\d+$/.test(cell) ? Number(cell) : cell;
}

function namesIn(header: string): string[] {
  return header.split(',').map((name) => name.trim().replace(/^"|"$/g, '').toLowerCase());
}
