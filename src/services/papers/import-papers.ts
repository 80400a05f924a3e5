import type { Db } from '../../db/client.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { readWholeFile } from './read-whole-file.ts';
import { type StoredCounts, storePapers } from './store-papers.ts';

interface PaperImport extends StoredCounts {
  read: number;
}

/**
 * Stores the papers of a file (JSON array, JSON lines or CSV) and assigns their topics: all of
 * them, or none if one is invalid. The last entry of a paper counts.
 * @throws PaperboyError `INVALID_FILE` or `INVALID_PAPER`, each naming the place.
 */
export async function importPapers(
  db: Db,
  { text, source }: { text: string; source: string },
  now: Date,
): Promise<PaperImport> {
  const { read, papers } = readWholeFile(text, { source, today: toUtcDay(now) });
  return db.transaction(async (tx) => ({ read, ...(await storePapers(tx, papers, now)) }));
}
