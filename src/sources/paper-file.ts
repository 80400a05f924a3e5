import { PaperboyError } from '../domain/errors.ts';
import type { ListedPaper } from '../domain/paper.ts';
import { readPaper } from '../domain/paper-input.ts';
import { csvEntries, looksLikeCsv } from './csv-entries.ts';
import type { FileEntry } from './file-entry.ts';

/** A paper of a file, or what is wrong with its entry. */
export type FilePaper = { place: string } & ({ paper: ListedPaper } | { problem: PaperboyError });

/**
 * The entries of a file, JSON array, JSON lines or CSV with a header line, each as a paper or as what is
 * wrong with it.
 * @throws PaperboyError `INVALID_FILE` for a file that is none of these.
 */
export function readPaperFile(
  text: string,
  { source, today }: { source: string; today: string },
): FilePaper[] {
  return entriesOf(text).map(({ place, read }) => {
    try {
      return { place, paper: readPaper(read(), { source, today }) };
    } catch (error) {
      if (error instanceof PaperboyError) return { place, problem: error };
      throw error;
    }
  });
}

function entriesOf(text: string): FileEntry[] {
  const content = text.replace(/^\uFEFF/, '').trim();
  if (content === '')
    throw new PaperboyError(
      'INVALID_FILE',
      'The file is empty: expected a JSON array of papers, JSON lines, or CSV with a header line.',
    );
  if (content.startsWith('[')) return entriesOfArray(content);
  return looksLikeCsv(content) ? csvEntries(content) : entriesOfLines(content);
}

function entriesOfArray(content: string): FileEntry[] {
  const list = parseJson(content, 'The file');
  if (!Array.isArray(list))
    throw new PaperboyError('INVALID_FILE', 'The file is no JSON array of papers.');
  return list.map((entry, index) => ({ place: `Paper ${index + 1}`, read: () => entry }));
}

function entriesOfLines(content: string): FileEntry[] {
  return content.split('\n').flatMap((line, index) => {
    const place = `Line ${index + 1}`;
    return line.trim() === '' ? [] : [{ place, read: () => parseJson(line, 'it') }];
  });
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = (error as Error).message;
    throw new PaperboyError(
      'INVALID_FILE',
      `${what} is no JSON (${problem}): expected a JSON array of papers, one object on each line, or CSV with a header line.`,
    );
  }
}
