import type { Db } from '../db/client.ts';
import { savePapers } from '../db/papers.ts';
import { matchTopics, replacePaperTopics } from '../db/topics.ts';
import type { Paper } from '../domain/paper.ts';
import { dayOf } from '../domain/schedule.ts';
import { chooseTopics } from '../domain/topics.ts';
import { readPaperFile } from './support/paper-file.ts';

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
  const { read, papers } = readPaperFile(text, { source, today: dayOf(now) });
  return db.transaction(async (tx) => ({ read, ...(await store(tx, papers, now)) }));
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
