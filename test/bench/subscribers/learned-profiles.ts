import { readFileSync } from 'node:fs';
import { toPaper } from '../../../src/domain/papers/merge-paper.ts';
import type { Paper } from '../../../src/domain/papers/paper.ts';
import { parsePaper } from '../../../src/domain/papers/paper-input.ts';
import { createDocumentFrequencies } from '../../../src/domain/ranking/inverse-document-frequency.ts';
import { learnTerms, packLearned } from '../../../src/domain/ranking/learned-terms.ts';
import { extractTerms } from '../../../src/domain/ranking/terms.ts';
import { createSeededRandom, shuffle } from '../../support/random.ts';

/** Subscribers share this many profiles: building more would take longer than the benchmark. */
const PROFILES = 100;

const MAX_FEEDBACK = 40;

let profiles: string[] | undefined;

/**
 * The packed profile of the `n`-th subscriber, learned from up to forty papers of the seed day, of
 * which four in five were liked.
 */
export function learnedProfileAt(n: number): string | null {
  profiles ??= buildProfiles();
  return profiles[n % PROFILES] ?? null;
}

function buildProfiles(): string[] {
  const papers = seedPapers();
  const counts = createDocumentFrequencies();
  for (const paper of papers) counts.add(extractTerms(paper).keys());
  const idf = counts.toIdf();
  const now = new Date('2026-05-08T05:30:00Z');
  return Array.from({ length: PROFILES }, (_, profile) => {
    const random = createSeededRandom(profile);
    const feedback = shuffle(papers, random)
      .slice(0, 1 + Math.floor(random() * MAX_FEEDBACK))
      .map((paper) => ({ paper, verb: random() < 0.8 ? 'more' : 'less', givenAt: now }) as const);
    return packLearned(learnTerms(feedback, { idf, unlearned: new Set(), now })) ?? '';
  });
}

function seedPapers(): Paper[] {
  const file = new URL('../../../seeds/papers.json', import.meta.url);
  const entries: unknown[] = JSON.parse(readFileSync(file, 'utf8'));
  return entries.map((entry) =>
    toPaper(parsePaper(entry, { source: 'seed', today: '2026-05-08' })),
  );
}
