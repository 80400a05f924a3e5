import type { Db } from '../../db/client.ts';
import { listDigestsOfPaper } from '../../db/digests/digests.ts';
import { findPaper } from '../../db/papers/papers.ts';
import { listSimilarPapers } from '../../db/papers/similar-papers.ts';
import { listSourceRecords } from '../../db/papers/source-records.ts';
import type { Digest } from '../../domain/digests/digest.ts';
import { summariseSources } from '../../domain/papers/merge-paper.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { NUL } from '../../domain/text/clean-text.ts';

export interface PaperDetails {
  paper: TopicPaper;
  /** The digests that contain it, the newest first. */
  digests: Digest[];
  similar: TopicPaper[];
  /** Names of the sources that listed it, the earliest first. */
  sources: string[];
  /** The day of its withdrawal according to a source, or null. */
  withdrawnOn: string | null;
}

const MAX_SIMILAR = 5;

/** The paper with that id, or null. PostgreSQL stores no NUL in texts, so no id contains one. */
export async function readPaper(db: Db, id: string): Promise<TopicPaper | null> {
  return id.includes(NUL) ? null : findPaper(db, id);
}

/** A paper with its digests, similar papers and sources, or null. */
export async function readPaperDetails(db: Db, id: string): Promise<PaperDetails | null> {
  const paper = await readPaper(db, id);
  if (paper === null) return null;
  const [digests, similar, origins] = await Promise.all([
    listDigestsOfPaper(db, id),
    listSimilarPapers(db, id, MAX_SIMILAR),
    readPaperOrigins(db, [id]),
  ]);
  return { paper, digests, similar, ...(origins.get(id) ?? UNKNOWN_ORIGIN) };
}

type PaperOrigin = Pick<PaperDetails, 'sources' | 'withdrawnOn'>;

const UNKNOWN_ORIGIN: PaperOrigin = { sources: [], withdrawnOn: null };

/** The sources of papers, by paper id. */
export async function readPaperOrigins(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PaperOrigin>> {
  const listings = await listSourceRecords(db, ids);
  return new Map([...listings].map(([id, list]) => [id, summariseSources(list)]));
}

export { findLastChange } from '../../db/papers/papers.ts';
