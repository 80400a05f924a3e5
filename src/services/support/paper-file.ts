import { PaperboyError } from '../../domain/errors.ts';
import type { Paper } from '../../domain/paper.ts';
import { readPaper } from '../../domain/paper-input.ts';

/**
 * The papers of a file, JSON array or JSON lines, and how many entries it has: a paper that comes twice is
 * taken as it comes last.
 * @throws PaperboyError `INVALID_FILE` or `INVALID_PAPER`, each naming the place.
 */
export function readPaperFile(
  text: string,
  { source, today }: { source: string; today: string },
): { read: number; papers: Paper[] } {
  const papers = new Map<string, Paper>();
  let read = 0;
  for (const { place, entry } of entriesOf(text)) {
    read += 1;
    const paper = at(place, () => readPaper(entry, { source, today }));
    papers.set(paper.id, paper);
  }
  return { read, papers: [...papers.values()] };
}

interface Entry {
  /** Where it stands, for a message: `Paper 3` or `Line 12`. */
  place: string;
  entry: unknown;
}

function entriesOf(text: string): Entry[] {
  const content = text.replace(/^\uFEFF/, '').trim();
  if (content === '')
    throw new PaperboyError(
      'INVALID_FILE',
      'The file is empty: expected a JSON array of papers, or JSON lines.',
    );
  return content.startsWith('[') ? entriesOfArray(content) : entriesOfLines(content);
}

function entriesOfArray(content: string): Entry[] {
  const list = parseJson('The file', content);
  if (!Array.isArray(list))
    throw new PaperboyError('INVALID_FILE', 'The file is no JSON array of papers.');
  return list.map((entry, index) => ({ place: `Paper ${index + 1}`, entry }));
}

function entriesOfLines(content: string): Entry[] {
  return content.split('\n').flatMap((line, index) => {
    const place = `Line ${index + 1}`;
    return line.trim() === '' ? [] : [{ place, entry: parseJson(place, line) }];
  });
}

function parseJson(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = (error as Error).message;
    throw new PaperboyError(
      'INVALID_FILE',
      `${place} is no JSON (${problem}): expected a JSON array of papers, or one object on each line.`,
    );
  }
}

function at<Value>(place: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PaperboyError)) throw error;
    throw new PaperboyError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}
