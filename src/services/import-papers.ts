import type { Db } from '../db/client.ts';
import { savePapers } from '../db/papers.ts';
import { matchTopics, replacePaperTopics } from '../db/topics.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { Paper } from '../domain/paper.ts';
import { readPaper } from '../domain/paper-input.ts';
import { dayOf } from '../domain/schedule.ts';
import { chooseTopics } from '../domain/topics.ts';

export interface PaperImport {
  read: number;
  added: number;
  updated: number;
}

/** Papers stored by one statement; Postgres takes 65,535 values at once. */
const BATCH_PAPERS = 500;

/**
 * Stores the papers of a file, JSON array or JSON lines, and gives them their topics: all of them, or
 * none when one is wrong. A paper that comes twice in the file is taken as it comes last.
 * @throws PaperboyError `INVALID_FILE` or `INVALID_PAPER`, each naming the place.
 */
export async function importPapers(
  db: Db,
  { text, source }: { text: string; source: string },
  now: Date,
): Promise<PaperImport> {
  const today = dayOf(now);
  const papers = new Map<string, Paper>();
  let read = 0;
  for (const { place, entry } of entriesOf(text)) {
    read += 1;
    const paper = at(place, () => readPaper(entry, { source, today }));
    papers.set(paper.id, paper);
  }
  return db.transaction(async (tx) => ({ read, ...(await store(tx, [...papers.values()], now)) }));
}

async function store(
  tx: Db,
  papers: readonly Paper[],
  now: Date,
): Promise<{ added: number; updated: number }> {
  const counts = { added: 0, updated: 0 };
  for (let start = 0; start < papers.length; start += BATCH_PAPERS) {
    const batch = papers.slice(start, start + BATCH_PAPERS);
    const { added, changed, reworded } = await savePapers(tx, batch, now);
    counts.added += added.length;
    counts.updated += changed;
    await assignTopics(tx, [...added, ...reworded]);
  }
  return counts;
}

async function assignTopics(tx: Db, paperIds: readonly string[]): Promise<void> {
  if (paperIds.length === 0) return;
  const matches = await matchTopics(tx, paperIds);
  const rows = paperIds.flatMap((paperId) =>
    chooseTopics(matches.filter((match) => match.paperId === paperId)).map((topic) => ({
      paperId,
      ...topic,
    })),
  );
  await replacePaperTopics(tx, paperIds, rows);
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
