import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import { listRecentTexts } from '../../db/papers/papers.ts';
import {
  createDocumentFrequencies,
  type Idf,
} from '../../domain/ranking/inverse-document-frequency.ts';
import { extractTerms } from '../../domain/ranking/terms.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { HOUR_MS } from '../../domain/time/units.ts';

/** Returns the inverse document frequencies of the newest papers. */
export type TermStatistics = () => Promise<Idf>;

/** The papers of some months: more weigh terms better, but take longer (docs/relevance.md). */
const RECENT_PAPERS = 10_000;

/** Papers read at a time: PGlite blocks the event loop while it reads. */
const BATCH_PAPERS = 1000;

/** Papers counted before yielding to the event loop. */
const PAPERS_PER_TICK = 50;

const CACHE_TTL_MS = HOUR_MS;

/** Counts at the first call. After an hour it counts again, and calls get the earlier result until
 *  that is done: counting takes seconds. */
export function createTermStatistics({ db, clock }: { db: Db; clock: Clock }): TermStatistics {
  let cached: { idf: Promise<Idf>; until: number } | null = null;
  return () => {
    const now = clock().getTime();
    const until = now + CACHE_TTL_MS;
    if (cached === null) {
      const first = { idf: countRecentTerms(db), until };
      first.idf.catch(() => {
        if (cached === first) cached = null;
      });
      cached = first;
    } else if (now >= cached.until) {
      const earlier = { ...cached, until };
      cached = earlier;
      // When counting fails, the earlier result stays good enough for another hour.
      countRecentTerms(db).then(
        (idf) => {
          if (cached === earlier) cached = { idf: Promise.resolve(idf), until };
        },
        () => undefined,
      );
    }
    return cached.idf;
  };
}

async function countRecentTerms(db: Db): Promise<Idf> {
  const counts = createDocumentFrequencies();
  for (let offset = 0; offset < RECENT_PAPERS; offset += BATCH_PAPERS) {
    const papers = await listRecentTexts(db, { limit: BATCH_PAPERS, offset });
    for (const [index, paper] of papers.entries()) {
      if (index > 0 && index % PAPERS_PER_TICK === 0) await yieldToEventLoop();
      counts.add(extractTerms(paper).keys());
    }
    if (papers.length < BATCH_PAPERS) break;
  }
  return counts.toIdf();
}
