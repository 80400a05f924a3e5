import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedbackVerb } from '../../../src/domain/feedback/feedback-event.ts';
import { createDocumentFrequencies } from '../../../src/domain/ranking/inverse-document-frequency.ts';
import {
  findSourcePapers,
  type JudgedPaper,
  learnTerms,
  MAX_LEARNED_TERMS,
  packLearned,
  unpackLearned,
} from '../../../src/domain/ranking/learned-terms.ts';
import { computeTermVector } from '../../../src/domain/ranking/term-vector.ts';
import { extractTerms } from '../../../src/domain/ranking/terms.ts';

const NOW = new Date('2026-05-08T07:00:00Z');
const TITLES = ['Mamba', 'Vision', 'Kernels', 'Rivers', 'Mamba in Vision', 'Rivers of Kernels'];
const papers = TITLES.map((title, place) => ({ id: `test:${place}`, title, abstract: '' }));
const counts = createDocumentFrequencies();
for (const paper of papers) counts.add(extractTerms(paper).keys());
const idf = counts.toIdf();

function feedback(place: number, verb: FeedbackVerb, daysAgo = 0): JudgedPaper {
  const paper = papers[place];
  if (!paper) throw new Error(`There is no paper ${place}.`);
  return { paper, verb, givenAt: new Date(NOW.getTime() - daysAgo * 86_400_000) };
}

function library(place: number): JudgedPaper {
  return { ...feedback(place, 'more'), verb: 'library' };
}

function learnedTerms(
  given: readonly JudgedPaper[],
  unlearned: string[] = [],
): Record<string, number> {
  const { terms } = learnTerms(given, { idf, unlearned: new Set(unlearned), now: NOW });
  return Object.fromEntries(terms.map(({ term, weight }) => [term, weight]));
}

describe('learnTerms', () => {
  it('Terms of liked papers weigh positively, those of disliked papers negatively and less', () => {
    const terms = learnedTerms([feedback(0, 'more'), feedback(3, 'less')]);
    expect(Object.keys(terms)).toEqual(['mamba', 'river']);
    expect((terms.river ?? 0) / (terms.mamba ?? 0)).toBeCloseTo(-0.15 / 0.75);
  });

  it('A save counts as “more”, and a click as a third of it', () => {
    const terms = learnedTerms([feedback(0, 'save'), feedback(1, 'click')]);
    expect((terms.vision ?? 0) / (terms.mamba ?? 0)).toBeCloseTo(1 / 3);
  });

  it('Feedback loses one per cent of its weight a day', () => {
    const terms = learnedTerms([feedback(0, 'more'), feedback(1, 'more', 10)]);
    expect((terms.vision ?? 0) / (terms.mamba ?? 0)).toBeCloseTo(0.99 ** 10);
  });

  it('A paper of a library counts like a liked one, and ten or more count as ten together', () => {
    const small = [library(0), feedback(1, 'more')];
    const weights = learnedTerms(small);
    expect((weights.mamba ?? 0) / (weights.vision ?? 0)).toBeCloseTo(1);
    const large = [...Array.from({ length: 40 }, () => library(0)), feedback(1, 'more')];
    const ofLarge = learnedTerms(large);
    expect((ofLarge.mamba ?? 0) / (ofLarge.vision ?? 0)).toBeCloseTo(10);
    const { feedback: amount } = learnTerms(large, { idf, unlearned: new Set(), now: NOW });
    expect(amount).toBeCloseTo(11);
  });

  it('A large library leaves disliked papers the weight that they have with ten liked ones', () => {
    const ratio = (count: number) => {
      const terms = learnedTerms([
        ...Array.from({ length: count }, () => library(0)),
        feedback(3, 'less'),
      ]);
      return (terms.river ?? 0) / (terms.mamba ?? 0);
    };
    expect(ratio(400)).toBeCloseTo(ratio(10));
  });

  it('An unlearned term is never learned again', () => {
    expect(Object.keys(learnedTerms([feedback(4, 'more')], ['mamba']))).toEqual(['vision']);
  });

  it('Learned terms are a vector of length 1, the strongest first', () => {
    const terms = Object.values(
      learnedTerms([feedback(0, 'more'), feedback(4, 'more'), feedback(3, 'less')]),
    );
    expect(terms.reduce((sum, weight) => sum + weight ** 2, 0)).toBeCloseTo(1);
    const strengths = terms.map(Math.abs);
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  });

  it('The amount of feedback counts likes fully, a click as a third and a dislike as a fifth', () => {
    const given = [
      feedback(0, 'more'),
      feedback(1, 'less'),
      feedback(2, 'save'),
      feedback(3, 'click'),
    ];
    const learned = learnTerms(given, { idf, unlearned: new Set(), now: NOW });
    expect(learned.feedback).toBeCloseTo(2 + 1 / 5 + 1 / 3);
    expect(learnTerms([], { idf, unlearned: new Set(), now: NOW })).toEqual({
      feedback: 0,
      terms: [],
    });
  });

  it('At most 500 terms are learned', () => {
    const abstract = Array.from({ length: 900 }, (_, n) => `term${n.toString(26)}x`).join('. ');
    const paper = { id: 'test:long', title: 'Long', abstract };
    const { terms } = learnTerms([{ paper, verb: 'more', givenAt: NOW }], {
      idf,
      unlearned: new Set(),
      now: NOW,
    });
    expect(terms).toHaveLength(MAX_LEARNED_TERMS);
  });
});

describe('packLearned', () => {
  it('A packed profile unpacks to what was packed, weights to four digits', () => {
    const weight = fc.integer({ min: -9_999, max: 9_999 }).map((steps) => steps / 10_000);
    const term = fc.stringMatching(/^[a-zé東]{2,12}( [a-z]{2,12})?$/);
    const learned = fc.record({
      feedback: fc.nat(600).map((hundredths) => hundredths / 100),
      terms: fc.array(fc.record({ term, weight }), { minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(learned, (each) => {
        const unpacked = unpackLearned(packLearned(each));
        expect(unpacked.feedback).toBe(each.feedback);
        expect(unpacked.terms.map((one) => one.term)).toEqual(each.terms.map((one) => one.term));
        for (const [at, { weight: expected }] of each.terms.entries())
          expect(unpacked.terms[at]?.weight).toBeCloseTo(expected, 9);
      }),
    );
  });

  it('A profile without terms packs to null', () => {
    expect(packLearned({ feedback: 3, terms: [] })).toBeNull();
    expect(unpackLearned(null)).toEqual({ feedback: 0, terms: [] });
  });

  it('A broken packed profile has no terms', () => {
    expect(unpackLearned('12')).toEqual({ feedback: 0, terms: [] });
    expect(unpackLearned('mamba')).toEqual({ feedback: 0, terms: [] });
    expect(unpackLearned('')).toEqual({ feedback: 0, terms: [] });
  });

  it('A packed weight never exceeds 1', () => {
    const packed = packLearned({ feedback: 1, terms: [{ term: 'mamba', weight: -1 }] });
    expect(packed).toBe('1\t-9999\tmamba');
  });
});

describe('findSourcePapers', () => {
  it('Each term has the papers with feedback that contain it', () => {
    const given = [feedback(4, 'more'), feedback(0, 'more'), feedback(3, 'less')];
    const { terms } = learnTerms(given, { idf, unlearned: new Set(), now: NOW });
    const sources = findSourcePapers(terms, given, (paper) => computeTermVector(paper, idf));
    const titles = (term: string) => sources.get(term)?.map(({ paper }) => paper.title);
    expect(titles('mamba')).toEqual(['Mamba in Vision', 'Mamba']);
    expect(titles('vision')).toEqual(['Mamba in Vision']);
    expect(titles('river')).toEqual(['Rivers']);
  });
});
