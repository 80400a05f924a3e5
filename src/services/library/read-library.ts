import { Readable } from 'node:stream';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { parse } from 'csv-parse';
import { hasTooManyCells, toCsvEntry } from '../../domain/library/csv-row.ts';
import {
  buildLibraryEntry,
  type LibraryEntry,
  listEntryKeys,
  MAX_IMPORTED_ENTRIES,
  type ParsedEntry,
} from '../../domain/library/library-entry.ts';
import {
  detectLibraryFormat,
  findCsvDelimiter,
  type LibraryFormat,
  normaliseColumnName,
} from '../../domain/library/library-format.ts';
import { parseBibtex } from '../../domain/library/parse-bibtex.ts';
import { parseJsonLibrary } from '../../domain/library/parse-json-library.ts';
import { parseList } from '../../domain/library/parse-list.ts';
import { parseRis } from '../../domain/library/parse-ris.ts';

/** What was found in a text. */
interface ReadLibrary {
  format: LibraryFormat;
  /** Each paper once. */
  entries: LibraryEntry[];
  /** Entries that are the same paper as one before them. */
  repeated: number;
  /** Entries that could not be read. */
  unreadable: number;
  /** Entries with neither a title nor an id. */
  untitled: number;
  /** Whether entries after the first `MAX_IMPORTED_ENTRIES` were not read. */
  isCut: boolean;
}

/** Reads a library in any of the formats, without blocking the event loop for long. */
export async function readLibrary(text: string): Promise<ReadLibrary> {
  const format = detectLibraryFormat(text);
  const read: ReadLibrary = {
    format,
    entries: [],
    repeated: 0,
    unreadable: 0,
    untitled: 0,
    isCut: false,
  };
  const seen = new Set<string>();
  let count = 0;
  for await (const parsed of PARSERS[format](text)) {
    count += 1;
    if (count > MAX_IMPORTED_ENTRIES) return { ...read, isCut: true };
    addEntry(read, parsed, seen);
    // A hostile abstract takes several milliseconds to clean.
    await yieldToEventLoop();
  }
  return read;
}

function addEntry(read: ReadLibrary, parsed: ParsedEntry, seen: Set<string>): void {
  if (parsed === 'unreadable') {
    read.unreadable += 1;
    return;
  }
  const entry = buildLibraryEntry(parsed);
  if (entry === null) {
    read.untitled += 1;
    return;
  }
  const keys = listEntryKeys(entry);
  const isRepeated = keys.some((key) => seen.has(key));
  for (const key of keys) seen.add(key);
  if (isRepeated) read.repeated += 1;
  else read.entries.push(entry);
}

type LibraryParser = (text: string) => Iterable<ParsedEntry> | AsyncIterable<ParsedEntry>;

const PARSERS = {
  bibtex: parseBibtex,
  ris: parseRis,
  json: parseJsonLibrary,
  csv: parseCsvLibrary,
  list: parseList,
} as const satisfies Record<LibraryFormat, LibraryParser>;

const CSV_CHUNK_CHARS = 16 * 1024;

/** A longer record is an unclosed quote. */
const MAX_RECORD_CHARS = 64 * 1024;

/** Yields the rows of a CSV file. A fault in its quotes ends it. */
async function* parseCsvLibrary(text: string): AsyncGenerator<ParsedEntry> {
  const content = text.trimStart();
  const delimiter = findCsvDelimiter(content.split(/\r\n?|\n/, 1)[0] ?? '');
  if (hasTooManyCells(content, delimiter)) {
    yield 'unreadable';
    return;
  }
  const parser = Readable.from(splitIntoChunks(content)).pipe(
    parse({
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_CHARS,
    }),
  );
  let columns: string[] | null = null;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      const entry = columns && toCsvEntry(columns, record);
      columns ??= record.map(normaliseColumnName);
      if (entry !== null) yield entry;
    }
  } catch {
    yield 'unreadable';
  }
}

/** The parser works on a chunk at once, so the event loop gets its turn in between. */
async function* splitIntoChunks(text: string): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += CSV_CHUNK_CHARS) {
    yield text.slice(start, start + CSV_CHUNK_CHARS);
    await yieldToEventLoop();
  }
}
