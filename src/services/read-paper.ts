import type { Db } from '../db/client.ts';
import { listDigestsOfPaper } from '../db/digests.ts';
import { listListings } from '../db/listings.ts';
import { findPaper } from '../db/papers.ts';
import { listSimilarPapers } from '../db/similar-papers.ts';
import type { Digest } from '../domain/digest.ts';
import { originOf } from '../domain/merge-paper.ts';
import type { TopicPaper } from '../domain/paper.ts';

export interface PaperWithPlace {
  paper: TopicPaper;
  /** Those that hold it, the newest first. */
  digests: Digest[];
  similar: TopicPaper[];
  /** Names of the sources that listed it, the earliest first. */
  sources: string[];
  /** The day on which one of them said that it was withdrawn; null when it stands. */
  withdrawnOn: string | null;
}

const MOST_SIMILAR = 5;

/** A paper with what surrounds it, or null. */
export async function readPaperPage(db: Db, id: string): Promise<PaperWithPlace | null> {
  const paper = await findPaper(db, id);
  if (paper === null) return null;
  const [digests, similar, origins] = await Promise.all([
    listDigestsOfPaper(db, id),
    listSimilarPapers(db, id, MOST_SIMILAR),
    readOrigins(db, [id]),
  ]);
  return { paper, digests, similar, ...(origins.get(id) ?? NO_ORIGIN) };
}

export type Origin = Pick<PaperWithPlace, 'sources' | 'withdrawnOn'>;

const NO_ORIGIN: Origin = { sources: [], withdrawnOn: null };

/** Where papers are from, by id. */
export async function readOrigins(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Origin>> {
  const listings = await listListings(db, ids);
  return new Map([...listings].map(([id, list]) => [id, originOf(list)]));
}

export { findPaper as readPaper, lastChange as readLastChange } from '../db/papers.ts';
