import type { Db } from '../../db/client.ts';
import { savePapers } from '../../db/papers/papers.ts';
import { matchTopics, replacePaperTopics, type TopicMatch } from '../../db/topics/topics.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { chooseTopics } from '../../domain/topics/topic.ts';

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

async function assignTopics(tx: Db, paperIds: readonly string[]): Promise<void> {
  if (paperIds.length === 0) return;
  const matchesOf = new Map<string, TopicMatch[]>(paperIds.map((id) => [id, []]));
  for (const match of await matchTopics(tx, paperIds)) matchesOf.get(match.paperId)?.push(match);
  const rows = [...matchesOf.values()].flatMap((matches) => {
    const shown = new Set(chooseTopics(matches));
    return matches.map((match) => ({ ...match, isShown: shown.has(match) }));
  });
  await replacePaperTopics(tx, paperIds, rows);
}
