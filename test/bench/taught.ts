import { readFileSync } from 'node:fs';
import { countPapersByTerm } from '../../src/domain/idf.ts';
import { learn, packLearned } from '../../src/domain/learned.ts';
import { asPaper } from '../../src/domain/merge-paper.ts';
import type { Paper } from '../../src/domain/paper.ts';
import { readPaper } from '../../src/domain/paper-input.ts';
import { randomFrom, shuffled } from '../../src/domain/random.ts';
import { termsOf } from '../../src/domain/terms.ts';

/** Readers who taught the same; more would take longer to make than to measure. */
const TASTES = 100;

let tastes: string[] | undefined;

/** What the `n`-th reader taught, packed: the terms of up to twelve papers of the seed day, four in five of
 *  them liked. */
export function taughtAt(n: number): string | null {
  tastes ??= makeTastes();
  return tastes[n % TASTES] ?? null;
}

function makeTastes(): string[] {
  const papers = seedPapers();
  const counts = countPapersByTerm();
  for (const paper of papers) counts.add(termsOf(paper).keys());
  const idf = counts.idf();
  const now = new Date('2026-05-08T05:30:00Z');
  return Array.from({ length: TASTES }, (_, taste) => {
    const random = randomFrom(taste);
    const judged = shuffled(papers, random)
      .slice(0, 1 + Math.floor(random() * 12))
      .map((paper) => ({ paper, verb: random() < 0.8 ? 'more' : 'less', givenAt: now }) as const);
    return packLearned(learn(judged, { idf, unlearned: new Set(), now })) ?? '';
  });
}

function seedPapers(): Paper[] {
  const file = new URL('../../seeds/papers.json', import.meta.url);
  const entries: unknown[] = JSON.parse(readFileSync(file, 'utf8'));
  return entries.map((entry) => asPaper(readPaper(entry, { source: 'seed', today: '2026-05-08' })));
}
