import type { Db } from '../../db/client.ts';
import { savePapers } from '../../db/papers/papers.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { assignTopics } from '../topics/assign-topics.ts';

/** Papers per statement. */
const BATCH_PAPERS = 500;

export interface StoredCounts {
  added: number;
  updated: number;
}

/** Stores papers and assigns their topics, in the given transaction. The last entry of a paper
 *  counts. */
export async function storePapers(
  tx: Db,
  list: readonly ListedPaper[],
  now: Date,
): Promise<StoredCounts> {
  const papers = [...new Map(list.map((paper) => [paper.id, paper])).values()];
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
