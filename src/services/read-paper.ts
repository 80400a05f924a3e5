import type { Db } from '../db/client.ts';
import { listDigestsOfPaper } from '../db/digests.ts';
import { findPaper } from '../db/papers.ts';
import { listSimilarPapers } from '../db/similar-papers.ts';
import type { Digest } from '../domain/digest.ts';
import type { TopicPaper } from '../domain/paper.ts';

export interface PaperWithPlace {
  paper: TopicPaper;
  /** Those that hold it, the newest first. */
  digests: Digest[];
  similar: TopicPaper[];
}

const MOST_SIMILAR = 5;

/** A paper with what surrounds it, or null. */
export async function readPaperPage(db: Db, id: string): Promise<PaperWithPlace | null> {
  const paper = await findPaper(db, id);
  if (paper === null) return null;
  const [digests, similar] = await Promise.all([
    listDigestsOfPaper(db, id),
    listSimilarPapers(db, id, MOST_SIMILAR),
  ]);
  return { paper, digests, similar };
}

export { findPaper as readPaper, lastChange as readLastChange } from '../db/papers.ts';
