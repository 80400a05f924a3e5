import { describe, expect, it } from 'vitest';
import { createReasons, type Ground } from '../../src/domain/reasons.ts';
import { paper } from './samples.ts';

const TOPIC_NAMES = new Map([
  ['theory', 'Theory'],
  ['agents', 'Agents'],
]);

function reasonsFor(facts: readonly Parameters<typeof paper>[1][]) {
  const papers = facts.map((changes, rank) => ({
    ...paper(rank, { topics: [{ slug: 'theory', score: 0.3 }], ...changes }),
    rank,
    popularity: 0.5,
  }));
  return createReasons({ kind: 'daily', papers, topicNames: TOPIC_NAMES, mostDiscussedRank: null });
}

const ground = (place: number, changes: Partial<Ground> = {}): Ground => ({
  place,
  followed: ['theory'],
  isDarkHorse: false,
  byline: null,
  saidKeywords: [],
  told: 0,
  terms: null,
  ...changes,
});

describe('the reasons of a selection', () => {
  it('take turns in what they tell, as far as the papers let them', () => {
    const remarkable = {
      codeUrl: 'https://example.org',
      abstract: 'We gain a speedup of 3.2x over all.',
    };
    const reasons = reasonsFor([remarkable, remarkable, remarkable, {}, {}]);
    const all = [0, 1, 2, 3, 4].map((place) => reasons.next(ground(place)));
    expect(all).toEqual([
      'On Theory, which you follow, and its code is out.',
      'On Theory, which you follow, and it gives a number: 3.2x.',
      'Because you follow Theory.',
      'On Theory, which you follow.',
      'Because you follow Theory.',
    ]);
  });

  it('begin anew for the next reader', () => {
    const reasons = reasonsFor([{}, {}]);
    const first = [0, 1].map((place) => reasons.next(ground(place)));
    reasons.clear();
    expect([0, 1].map((place) => reasons.next(ground(place)))).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('say which of three papers on a topic is discussed most, of two or of silence nothing', () => {
    const discussed = [{ upvotes: 1 }, { upvotes: 9 }, {}];
    const leading = 'The most discussed of three papers on Theory, which you follow.';
    expect(reasonsFor(discussed).next(ground(1))).toBe(leading);
    expect(reasonsFor(discussed).next(ground(0))).not.toBe(leading);
    expect(reasonsFor(discussed.slice(0, 2)).next(ground(1))).not.toContain('The most discussed');
    expect(reasonsFor([{}, {}, {}]).next(ground(1))).not.toContain('The most discussed');
  });

  it('are those of the topics that the reader follows, not of another reader’s', () => {
    const both = {
      topics: [
        { slug: 'theory', score: 0.3 },
        { slug: 'agents', score: 0.2 },
      ],
    };
    const reasons = reasonsFor([both]);
    const next = (followed: string[]) => {
      reasons.clear();
      return reasons.next(ground(0, { followed }));
    };
    expect(next(['theory'])).toBe('Where Theory, which you follow, meets Agents.');
    expect(next(['agents'])).toBe('Where Agents, which you follow, meets Theory.');
    expect(next(['agents', 'theory'])).toBe('Because you follow Theory and Agents.');
    expect(next([])).toBe('From the papers on Theory today.');
    expect(next(['theory'])).toBe('Where Theory, which you follow, meets Agents.');
  });
});
