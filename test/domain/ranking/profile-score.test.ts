import { describe, expect, it } from 'vitest';
import { createDocumentFrequencies } from '../../../src/domain/ranking/inverse-document-frequency.ts';
import { packLearned } from '../../../src/domain/ranking/learned-terms.ts';
import {
  createProfileScorer,
  decodeExplainingTerms,
} from '../../../src/domain/ranking/profile-score.ts';
import { createTermIndex, POSTING_STEP } from '../../../src/domain/ranking/term-index.ts';
import { extractTerms } from '../../../src/domain/ranking/terms.ts';
import { NO_TERM } from '../../../src/domain/ranking/vocabulary.ts';
import { buildTopicPaper } from '../builders.ts';

const TITLES = ['Hidden State of Mamba', 'Hidden State of Rivers', 'Rivers', 'Lattices'];
const papers = TITLES.map((title, rank) => ({
  ...buildTopicPaper(rank, { title, abstract: 'Mosaics.' }),
  rank,
  popularity: 0.5,
}));
const counts = createDocumentFrequencies();
for (const each of papers) counts.add(extractTerms(each).keys());
const index = createTermIndex(papers, counts.toIdf());

/** The places of the papers that say a term. */
function placesOf(term: string): number[] {
  const bytes = Buffer.from(term);
  const posting = index.vocabulary.find(bytes, 0, bytes.length);
  if (posting === NO_TERM) return [];
  const papers = index.postings[posting] ?? 0;
  return Array.from({ length: papers }, (_, at) =>
    Number(index.postings[posting + 1 + at * POSTING_STEP]),
  );
}

function createScorer(feedback: number, weights: Record<string, number>) {
  const terms = Object.entries(weights).map(([term, weight]) => ({ term, weight }));
  const scorer = createProfileScorer(papers.length);
  scorer.load(index, packLearned({ feedback, terms }) ?? '');
  return scorer;
}

describe('createTermIndex', () => {
  it('The explaining terms of a paper weigh most, share no word, and are not in all papers', () => {
    expect(index.explainingTerms).toEqual([
      ['mamba', 'hidden state'],
      ['hidden state', 'river'],
      ['river'],
      ['lattice'],
    ]);
    expect(placesOf('mosaic')).toEqual([]);
  });

  it('The index finds the papers that contain a term', () => {
    expect(placesOf('river')).toEqual([1, 2]);
    expect(placesOf('nobody')).toEqual([]);
  });
});

describe('createProfileScorer', () => {
  it('Papers with liked terms score higher, papers with disliked terms lower, others are unchanged', () => {
    const scorer = createScorer(5, { mamba: 0.8, lattice: -0.5, nobody: 0.3 });
    expect(scorer.likeness(0)).toBeGreaterThan(0.1);
    expect(scorer.likeness(3)).toBeLessThan(0);
    for (const place of [1, 2])
      expect(scorer.likeness(place)).toBeCloseTo(-(index.commonParts[place] ?? 0));
  });

  it('Terms in any script are scored', () => {
    const titles = ['Poincaré Maps', 'Maps of 東京', 'Maps of Rivers'];
    const [poincare, tokyo] = titles.map((title) => [
      ...extractTerms({ title, abstract: '' }).keys(),
    ]);
    const abroad = titles.map((title, rank) => ({
      ...buildTopicPaper(rank, { title, abstract: 'Mosaics.' }),
      rank,
      popularity: 0.5,
    }));
    const scorer = createProfileScorer(abroad.length);
    const terms = ['poincaré', '東京'].map((term) => ({ term, weight: 0.7 }));
    expect([poincare, tokyo]).toEqual([
      expect.arrayContaining(['poincaré']),
      expect.arrayContaining(['東京']),
    ]);
    scorer.load(createTermIndex(abroad, counts.toIdf()), packLearned({ feedback: 5, terms }) ?? '');
    expect(scorer.likeness(0)).toBeGreaterThan(0);
    expect(scorer.likeness(1)).toBeGreaterThan(0);
    expect(scorer.likeness(2)).toBeLessThanOrEqual(0);
  });

  it('The profile weighs a half with the first liked paper, little with one dislike, and never more than 1', () => {
    const weightOf = (feedback: number) => createScorer(feedback, { mamba: 0.8 }).weight;
    expect(weightOf(1)).toBe(0.5);
    expect(weightOf(3)).toBe(0.75);
    expect(weightOf(0.2)).toBeLessThan(0.2);
    expect(weightOf(400)).toBeLessThanOrEqual(1);
  });

  it('A score is relative to the best candidate, but a day with nothing near has no perfect match', () => {
    const scorer = createScorer(5, { mamba: 0.8, lattice: -0.9 });
    const best = scorer.likeness(0);
    scorer.scaleTo(best);
    expect(scorer.score(0)).toBe(1);
    expect(scorer.score(3)).toBe(-1);
    scorer.scaleTo(2 * best);
    expect(scorer.score(0)).toBe(0.5);
    const far = createScorer(5, { mamba: 0.06, nobody: 0.99 });
    far.scaleTo(far.likeness(0));
    expect(far.score(0)).toBeLessThan(0.7);
  });

  it('A paper is less like a profile the more it is like all papers', () => {
    const [special, usual] = [0, 2].map((place) => index.commonParts[place] ?? 0);
    expect(special).toBeGreaterThan(0);
    expect(usual).toBeGreaterThan(special ?? 0);
    expect(Math.max(...index.commonParts)).toBeLessThanOrEqual(0.2);
  });

  it('The two terms that contributed most explain a score', () => {
    const scorer = createScorer(5, { 'hidden state': 0.7, mamba: 0.2, river: -0.1 });
    const explainedTerms = (place: number) =>
      decodeExplainingTerms(index, place, scorer.explainingKey(place));
    expect(explainedTerms(0)).toEqual(['mamba', 'hidden state']);
    expect(explainedTerms(1)).toEqual(['hidden state']);
    expect([explainedTerms(2), explainedTerms(3)]).toEqual([[], []]);
  });

  it('A negative or negligible contribution explains nothing', () => {
    const against = createScorer(5, { 'hidden state': 0.1, river: -0.9 });
    expect(against.explainingKey(1)).toBe(0);
    expect(createScorer(5, { mamba: 0.001 }).explainingKey(0)).toBe(0);
  });

  it('Loading a profile clears the one before', () => {
    const scorer = createScorer(5, { mamba: 0.8 });
    scorer.load(index, packLearned({ feedback: 5, terms: [{ term: 'river', weight: 1 }] }) ?? '');
    expect(scorer.likeness(0)).toBeLessThanOrEqual(0);
    expect(scorer.explainingKey(0)).toBe(0);
    expect(scorer.likeness(2)).toBeGreaterThan(0);
  });
});
