import { PaperboyError } from '../../domain/errors.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { type ParsePaperOptions, parsePaper } from '../../domain/papers/paper-input.ts';
import { isCsv, parseCsvEntries } from './csv-entries.ts';
import type { FileEntry } from './file-entry.ts';

/** A paper of a file, or the reason why its entry is invalid. */
export type ParsedFilePaper = { location: string } & (
  | { paper: ListedPaper }
  | { problem: PaperboyError }
);

/**
 * Parses a file of papers: a JSON array, JSON lines, or CSV with a header line. An invalid entry
 * does not stop the others.
 * @throws PaperboyError `INVALID_FILE` for another format.
 */
export function parsePaperFile(text: string, options: ParsePaperOptions): ParsedFilePaper[] {
  return parseEntries(text).map(({ location, parse }) => {
    try {
      return { location, paper: parsePaper(parse(), options) };
    } catch (error) {
      if (error instanceof PaperboyError) return { location, problem: error };
      throw error;
    }
  });
}

function parseEntries(text: string): FileEntry[] {
  const content = text.replace(/^\uFEFF/, '').trim();
  if (content === '')
    throw new PaperboyError(
      'INVALID_FILE',
      'The file is empty: expected a JSON array of papers, JSON lines, or CSV with a header line.',
    );
  if (content.startsWith('[')) return parseJsonArray(content);
  return isCsv(content) ? parseCsvEntries(content) : parseJsonLines(content);
}

function parseJsonArray(content: string): FileEntry[] {
  const list = parseJson(content, 'The file');
  if (!Array.isArray(list))
    throw new PaperboyError('INVALID_FILE', 'The file is not a JSON array of papers.');
  return list.map((entry, index) => ({ location: `Paper ${index + 1}`, parse: () => entry }));
}

function parseJsonLines(content: string): FileEntry[] {
  return content.split('\n').flatMap((line, index) => {
    const location = `Line ${index + 1}`;
    return line.trim() === '' ? [] : [{ location, parse: () => parseJson(line, 'it') }];
  });
}

function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = (error as Error).message;
    throw new PaperboyError(
      'INVALID_FILE',
      `${subject} is not JSON (${problem}): expected a JSON array of papers, one object on each line, or CSV with a header line.`,
    );
  }
}
