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

/** The papers of some weeks. */
const RECENT_PAPERS = 2000;

/** Papers counted before yielding to the event loop. */
const PAPERS_PER_TICK = 50;

const CACHE_TTL_MS = HOUR_MS;

/** Counts at the first call, and again after an hour. Calls in between share the result. */
export function createTermStatistics({ db, clock }: { db: Db; clock: Clock }): TermStatistics {
  let cached: { idf: Promise<Idf>; until: number } | null = null;
  return () => {
    const now = clock().getTime();
    if (cached !== null && now < cached.until) return cached.idf;
    const fresh = { idf: countRecentTerms(db), until: now + CACHE_TTL_MS };
    fresh.idf.catch(() => {
      if (cached === fresh) cached = null;
    });
    cached = fresh;
    return fresh.idf;
  };
}

async function countRecentTerms(db: Db): Promise<Idf> {
  const counts = createDocumentFrequencies();
  const papers = await listRecentTexts(db, RECENT_PAPERS);
  for (const [index, paper] of papers.entries()) {
    if (index > 0 && index % PAPERS_PER_TICK === 0) await yieldToEventLoop();
    counts.add(extractTerms(paper).keys());
  }
  return counts.toIdf();
}
