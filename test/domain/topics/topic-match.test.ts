import { describe, expect, it } from 'vitest';
import {
  chooseTopics,
  isGuess,
  keepBestGuesses,
  type MatchEvidence,
  SECOND_TOPIC_SCORE,
  scoreMatch,
} from '../../../src/domain/topics/topic-match.ts';

const score = (changes: Partial<MatchEvidence>) =>
  scoreMatch({
    textScore: 0,
    isTitleMatch: false,
    categoryRole: 'define',
    category: null,
    ...changes,
  });

describe('scoreMatch', () => {
  it('The text counts with its rank, a match in the title adds a constant', () => {
    expect(score({})).toBe(0);
    expect(score({ textScore: 0.1 })).toBeCloseTo(0.1);
    expect(score({ textScore: 0.1, isTitleMatch: true })).toBeCloseTo(0.15);
  });

  it('The primary category counts more than another, and the text is added', () => {
    const primary = score({ category: 'primary' });
    const other = score({ category: 'other' });
    expect(primary).toBeGreaterThan(other);
    expect(other).toBeGreaterThan(SECOND_TOPIC_SCORE);
    expect(score({ category: 'other', textScore: 0.1 })).toBeCloseTo(other + 0.1);
  });

  it('A category that only supports a topic does not show it beside another', () => {
    const primary = score({ categoryRole: 'support', category: 'primary' });
    expect(primary).toBeGreaterThan(0);
    expect(primary).toBeLessThan(SECOND_TOPIC_SCORE);
  });

  it('A category without a role counts nothing', () => {
    expect(score({ categoryRole: 'none', category: 'primary' })).toBe(0);
  });
});

describe('keepBestGuesses', () => {
  it('Of topics that categories define, the text alone gives a paper three at most', () => {
    const guesses = ['a', 'b', 'c', 'd'].map((slug, at) => ({
      slug,
      score: 0.01 * (at + 1),
      isGuess: true,
    }));
    const sure = { slug: 'e', score: 0.001, isGuess: false };
    expect(keepBestGuesses([...guesses, sure]).map(({ slug }) => slug)).toEqual([
      ...['d', 'c', 'b', 'e'],
    ]);
    expect(
      isGuess({ textScore: 0.1, isTitleMatch: true, categoryRole: 'define', category: null }),
    ).toBe(true);
    for (const known of [{ category: 'other' }, { categoryRole: 'support' }] as const)
      expect(
        isGuess({
          textScore: 0.1,
          isTitleMatch: true,
          categoryRole: 'define',
          category: null,
          ...known,
        }),
      ).toBe(false);
  });
});

describe('chooseTopics', () => {
  it('A paper without a match has no topic', () => {
    expect(chooseTopics([])).toEqual([]);
  });

  it('The best match is a topic, however weak', () => {
    expect(chooseTopics([{ slug: 'agents', score: 0.001 }])).toEqual([
      { slug: 'agents', score: 0.001 },
    ]);
  });

  it('A strong second match is a topic, too, but never a third', () => {
    const matches = [
      { slug: 'theory', score: SECOND_TOPIC_SCORE },
      { slug: 'agents', score: 0.5 },
      { slug: 'hardware', score: SECOND_TOPIC_SCORE / 2 },
    ];
    expect(chooseTopics(matches).map(({ slug }) => slug)).toEqual(['agents', 'theory']);
    expect(chooseTopics(matches.slice(1)).map(({ slug }) => slug)).toEqual(['agents']);
    expect(
      chooseTopics(['a', 'b', 'c'].map((slug) => ({ slug, score: 1 }))).map(({ slug }) => slug),
    ).toEqual(['a', 'b']);
  });

  it('Ties are broken by slug, and the input is unchanged', () => {
    const matches = [
      { slug: 'theory', score: 0.2 },
      { slug: 'agents', score: 0.2 },
    ];
    expect(chooseTopics(matches).map(({ slug }) => slug)).toEqual(['agents', 'theory']);
    expect(matches[0]?.slug).toBe('theory');
  });
});
