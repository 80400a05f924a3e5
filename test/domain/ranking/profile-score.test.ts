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
    expect(scorer.score(0)).toBeGreaterThan(0);
    expect(scorer.score(3)).toBeLessThan(0);
    expect([scorer.score(1), scorer.score(2)]).toEqual([0, 0]);
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
    expect(scorer.score(0)).toBeGreaterThan(0);
    expect(scorer.score(1)).toBeGreaterThan(0);
    expect(scorer.score(2)).toBe(0);
  });

  it('The profile weighs 0.03 for each feedback event, at most 0.3', () => {
    const score = (feedback: number) => createScorer(feedback, { mamba: 0.8 }).score(0);
    expect(score(2) / score(1)).toBeCloseTo(2);
    expect(score(10)).toBe(score(40));
    expect(score(40)).toBeLessThan(0.3);
  });

  it('The two terms that contributed most explain a score', () => {
    const scorer = createScorer(5, { 'hidden state': 0.7, mamba: 0.2, river: -0.5 });
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
    expect([scorer.score(0), scorer.explainingKey(0)]).toEqual([0, 0]);
    expect(scorer.score(2)).toBeGreaterThan(0);
  });
});
