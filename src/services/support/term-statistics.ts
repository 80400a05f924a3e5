import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import { listRecentTexts } from '../../db/papers.ts';
import type { Clock } from '../../domain/clock.ts';
import { countPapersByTerm, type Idf } from '../../domain/idf.ts';
import { termsOf } from '../../domain/terms.ts';

/** How much each term tells, from the papers listed last. */
export type TermStatistics = () => Promise<Idf>;

/** Some weeks of papers. */
const RECENT_PAPERS = 2000;

/** Counted in one go, before others get their turn. */
const AT_A_TIME = 50;

const KEPT_MS = 3_600_000;

/** Counts when first asked, and again an hour later. Who asks meanwhile gets the same. */
export function createTermStatistics({ db, clock }: { db: Db; clock: Clock }): TermStatistics {
  let kept: { idf: Promise<Idf>; until: number } | null = null;
  return () => {
    const now = clock().getTime();
    if (kept !== null && now < kept.until) return kept.idf;
    const mine = { idf: countRecentTerms(db), until: now + KEPT_MS };
    mine.idf.catch(() => {
      if (kept === mine) kept = null;
    });
    kept = mine;
    return mine.idf;
  };
}

async function countRecentTerms(db: Db): Promise<Idf> {
  const counts = countPapersByTerm();
  const papers = await listRecentTexts(db, RECENT_PAPERS);
  for (const [place, paper] of papers.entries()) {
    if (place > 0 && place % AT_A_TIME === 0) await nextTurn();
    counts.add(termsOf(paper).keys());
  }
  return counts.idf();
}
