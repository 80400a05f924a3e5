import { describe, expect, it } from 'vitest';
import { countPapersByTerm } from '../../src/domain/idf.ts';
import { packLearned } from '../../src/domain/learned.ts';
import { createTaste, toldTerms } from '../../src/domain/taste.ts';
import { NO_TERM } from '../../src/domain/term-book.ts';
import { createTermIndex, POSTING_STEP } from '../../src/domain/term-index.ts';
import { termsOf } from '../../src/domain/terms.ts';
import { paper } from './samples.ts';

const TITLES = ['Hidden State of Mamba', 'Hidden State of Rivers', 'Rivers', 'Lattices'];
const papers = TITLES.map((title, rank) => ({
  ...paper(rank, { title, abstract: 'Mosaics.' }),
  rank,
  popularity: 0.5,
}));
const counts = countPapersByTerm();
for (const each of papers) counts.add(termsOf(each).keys());
const index = createTermIndex(papers, counts.idf());

/** The places of the papers that say a term. */
function placesOf(term: string): number[] {
  const bytes = Buffer.from(term);
  const posting = index.terms.find(bytes, 0, bytes.length);
  if (posting === NO_TERM) return [];
  const papers = index.postings[posting] ?? 0;
  return Array.from({ length: papers }, (_, at) =>
    Number(index.postings[posting + 1 + at * POSTING_STEP]),
  );
}

function tasteOf(feedback: number, weights: Record<string, number>) {
  const terms = Object.entries(weights).map(([term, weight]) => ({ term, weight }));
  const taste = createTaste(papers.length);
  taste.read(index, packLearned({ feedback, terms }) ?? '');
  return taste;
}

describe('the index of terms', () => {
  it('tells of each paper what it says most of, no term a part of another, and nothing that all say', () => {
    expect(index.told).toEqual([
      ['mamba', 'hidden state'],
      ['hidden state', 'river'],
      ['river'],
      ['lattice'],
    ]);
    expect(placesOf('mosaic')).toEqual([]);
  });

  it('knows for each term the papers that say it', () => {
    expect(placesOf('river')).toEqual([1, 2]);
    expect(placesOf('nobody')).toEqual([]);
  });
});

describe('a taste', () => {
  it('adds to papers that say what is liked, takes from those that say what is not, leaves the rest', () => {
    const taste = tasteOf(5, { mamba: 0.8, lattice: -0.5, nobody: 0.3 });
    expect(taste.worth(0)).toBeGreaterThan(0);
    expect(taste.worth(3)).toBeLessThan(0);
    expect([taste.worth(1), taste.worth(2)]).toEqual([0, 0]);
  });

  it('knows terms in any alphabet', () => {
    const titles = ['Poincaré Maps', 'Maps of 東京', 'Maps of Rivers'];
    const [poincare, tokyo] = titles.map((title) => [...termsOf({ title, abstract: '' }).keys()]);
    const abroad = titles.map((title, rank) => ({
      ...paper(rank, { title, abstract: 'Mosaics.' }),
      rank,
      popularity: 0.5,
    }));
    const taste = createTaste(abroad.length);
    const terms = ['poincaré', '東京'].map((term) => ({ term, weight: 0.7 }));
    expect([poincare, tokyo]).toEqual([
      expect.arrayContaining(['poincaré']),
      expect.arrayContaining(['東京']),
    ]);
    taste.read(createTermIndex(abroad, counts.idf()), packLearned({ feedback: 5, terms }) ?? '');
    expect(taste.worth(0)).toBeGreaterThan(0);
    expect(taste.worth(1)).toBeGreaterThan(0);
    expect(taste.worth(2)).toBe(0);
  });

  it('weighs 0.03 for each word of feedback, 0.3 at the most', () => {
    const worth = (feedback: number) => tasteOf(feedback, { mamba: 0.8 }).worth(0);
    expect(worth(2) / worth(1)).toBeCloseTo(2);
    expect(worth(10)).toBe(worth(40));
    expect(worth(40)).toBeLessThan(0.3);
  });

  it('tells the two terms that drew most, in the order in which the paper says them', () => {
    const taste = tasteOf(5, { 'hidden state': 0.7, mamba: 0.2, river: -0.5 });
    const told = (place: number) => toldTerms(index, place, taste.told(place));
    expect(told(0)).toEqual(['mamba', 'hidden state']);
    expect(told(1)).toEqual(['hidden state']);
    expect([told(2), told(3)]).toEqual([[], []]);
  });

  it('tells nothing of a paper that it speaks against, nor what hardly counts', () => {
    const against = tasteOf(5, { 'hidden state': 0.1, river: -0.9 });
    expect(against.told(1)).toBe(0);
    expect(tasteOf(5, { mamba: 0.001 }).told(0)).toBe(0);
  });

  it('forgets the reader before', () => {
    const taste = tasteOf(5, { mamba: 0.8 });
    taste.read(index, packLearned({ feedback: 5, terms: [{ term: 'river', weight: 1 }] }) ?? '');
    expect([taste.worth(0), taste.told(0)]).toEqual([0, 0]);
    expect(taste.worth(2)).toBeGreaterThan(0);
  });
});
