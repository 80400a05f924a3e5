import type { Db } from '../../db/client.ts';
import { lockPaperWrites } from '../../db/papers/papers.ts';
import { claimSorting, listPapersToSort, saveSortPosition } from '../../db/topics/topic-set.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { assignTopics } from './assign-topics.ts';

/** Papers per transaction: about a tenth of a second, in which others wait for an embedded
 *  database. */
const BATCH_PAPERS = 25;

interface SortPapersDeps {
  db: Db;
  clock: Clock;
  signal: AbortSignal;
  /** Called after each batch with the number of papers sorted by this call. */
  onProgress?: (sorted: number) => void;
}

/**
 * Sorts papers by the topics that were loaded last, from where the last call ended, until every
 * paper is sorted or `signal` aborts. Papers that come meanwhile are sorted when they are stored.
 * Returns the number of papers sorted by this call; another process may sort others at once.
 */
export async function sortPapers({
  db,
  clock,
  signal,
  onProgress = () => undefined,
}: SortPapersDeps): Promise<number> {
  let sorted = 0;
  while (!signal.aborted) {
    const count = await db.transaction((tx) => sortBatch(tx, clock()));
    if (count === 0) break;
    sorted += count;
    onProgress(sorted);
  }
  return sorted;
}

/** Returns the number of papers; 0 when all are sorted, or another process sorts at this moment. */
async function sortBatch(tx: Db, now: Date): Promise<number> {
  await lockPaperWrites(tx);
  const position = await claimSorting(tx);
  if (position === null) return 0;
  const papers = await listPapersToSort(tx, position, BATCH_PAPERS);
  await assignTopics(
    tx,
    papers.map(({ id }) => id),
  );
  await saveSortPosition(tx, papers.at(-1) ?? null, now);
  return papers.length;
}
