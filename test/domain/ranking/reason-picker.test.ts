import { describe, expect, it } from 'vitest';
import { createReasonPicker, type PaperMatch } from '../../../src/domain/ranking/reason-picker.ts';
import { buildTopicPaper } from '../builders.ts';

const TOPIC_NAMES = new Map([
  ['theory', 'Theory'],
  ['agents', 'Agents'],
]);

function reasonsFor(facts: readonly Parameters<typeof buildTopicPaper>[1][]) {
  const papers = facts.map((changes, rank) => ({
    ...buildTopicPaper(rank, { topics: [{ slug: 'theory', score: 0.3 }], ...changes }),
    rank,
    popularity: 0.5,
  }));
  return createReasonPicker({
    kind: 'daily',
    papers,
    topicNames: TOPIC_NAMES,
    mostDiscussedRank: null,
  });
}

const ground = (place: number, changes: Partial<PaperMatch> = {}): PaperMatch => ({
  paperIndex: place,
  followedTopics: ['theory'],
  isDarkHorse: false,
  nameMatch: null,
  matchedKeywords: [],
  explainingKey: 0,
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
    const all = [0, 1, 2, 3, 4].map((place) => reasons.pickNext(ground(place)));
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
    const first = [0, 1].map((place) => reasons.pickNext(ground(place)));
    reasons.reset();
    expect([0, 1].map((place) => reasons.pickNext(ground(place)))).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('say which of three papers on a topic is discussed most, of two or of silence nothing', () => {
    const discussed = [{ upvotes: 1 }, { upvotes: 9 }, {}];
    const leading = 'The most discussed of three papers on Theory, which you follow.';
    expect(reasonsFor(discussed).pickNext(ground(1))).toBe(leading);
    expect(reasonsFor(discussed).pickNext(ground(0))).not.toBe(leading);
    expect(reasonsFor(discussed.slice(0, 2)).pickNext(ground(1))).not.toContain(
      'The most discussed',
    );
    expect(reasonsFor([{}, {}, {}]).pickNext(ground(1))).not.toContain('The most discussed');
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
      reasons.reset();
      return reasons.pickNext(ground(0, { followedTopics: followed }));
    };
    expect(next(['theory'])).toBe('Where Theory, which you follow, meets Agents.');
    expect(next(['agents'])).toBe('Where Agents, which you follow, meets Theory.');
    expect(next(['agents', 'theory'])).toBe('Because you follow Theory and Agents.');
    expect(next([])).toBe('From the papers on Theory today.');
    expect(next(['theory'])).toBe('Where Theory, which you follow, meets Agents.');
  });
});
