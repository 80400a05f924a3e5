import { describe, expect, it } from 'vitest';
import { describeReason } from '../../../src/copy/en/reasons.ts';
import { createReasonPicker, type PaperMatch } from '../../../src/domain/ranking/reason-picker.ts';
import { buildTopicPaper } from '../builders.ts';

const TOPIC_NAMES = new Map([
  ['theory', 'Theory'],
  ['agents', 'Agents'],
]);

function pickerFor(facts: readonly Parameters<typeof buildTopicPaper>[1][]) {
  const papers = facts.map((changes, rank) => ({
    ...buildTopicPaper(rank, { topics: [{ slug: 'theory', score: 0.3 }], ...changes }),
    rank,
    popularity: 0.5,
  }));
  const picker = createReasonPicker({ papers, mostDiscussedRank: null });
  return {
    reset: picker.reset,
    pickNext: (match: PaperMatch) =>
      describeReason(picker.pickNext(match), { digestKind: 'daily', topicNames: TOPIC_NAMES }),
  };
}

const matchOf = (paperIndex: number, changes: Partial<PaperMatch> = {}): PaperMatch => ({
  paperIndex,
  followedTopics: ['theory'],
  isDarkHorse: false,
  nameMatch: null,
  matchedKeywords: [],
  explainingKey: 0,
  terms: null,
  ...changes,
});

describe('createReasonPicker', () => {
  it('The kinds of reasons in a selection vary as far as the papers allow', () => {
    const remarkable = {
      codeUrl: 'https://example.org',
      abstract: 'We gain a speedup of 3.2x over all.',
    };
    const reasons = pickerFor([remarkable, remarkable, remarkable, {}, {}]);
    const all = [0, 1, 2, 3, 4].map((place) => reasons.pickNext(matchOf(place)));
    expect(all).toEqual([
      'On Theory, which you follow. Its code is out.',
      'On Theory, which you follow. It reports 3.2x.',
      'Because you follow Theory.',
      'On Theory, which you follow.',
      'Because you follow Theory.',
    ]);
  });

  it('A reset picker gives the next subscriber the same reasons', () => {
    const reasons = pickerFor([{}, {}]);
    const first = [0, 1].map((place) => reasons.pickNext(matchOf(place)));
    reasons.reset();
    expect([0, 1].map((place) => reasons.pickNext(matchOf(place)))).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('The most discussed of three papers on a topic is named, but not of two or of undiscussed ones', () => {
    const discussed = [{ upvotes: 1 }, { upvotes: 9 }, {}];
    const leading = 'The most discussed of three papers on Theory, which you follow.';
    expect(pickerFor(discussed).pickNext(matchOf(1))).toBe(leading);
    expect(pickerFor(discussed).pickNext(matchOf(0))).not.toBe(leading);
    expect(pickerFor(discussed.slice(0, 2)).pickNext(matchOf(1))).not.toContain(
      'The most discussed',
    );
    expect(pickerFor([{}, {}, {}]).pickNext(matchOf(1))).not.toContain('The most discussed');
  });

  it('A reason names the topics that this subscriber follows, not another one’s', () => {
    const both = {
      topics: [
        { slug: 'theory', score: 0.3 },
        { slug: 'agents', score: 0.2 },
      ],
    };
    const reasons = pickerFor([both]);
    const next = (followed: string[]) => {
      reasons.reset();
      return reasons.pickNext(matchOf(0, { followedTopics: followed }));
    };
    expect(next(['theory'])).toBe('On Theory, which you follow, and on Agents.');
    expect(next(['agents'])).toBe('On Agents, which you follow, and on Theory.');
    expect(next(['agents', 'theory'])).toBe('Because you follow Theory and Agents.');
    expect(next([])).toBe('From today’s papers on Theory.');
    expect(next(['theory'])).toBe('On Theory, which you follow, and on Agents.');
  });

  it('Equal reasons are the same object, also those with keywords', () => {
    const papers = [{}, {}].map((_, rank) => ({ ...buildTopicPaper(rank), rank, popularity: 0.5 }));
    const picker = createReasonPicker({ papers, mostDiscussedRank: null });
    const pick = (paperIndex: number, changes: Partial<PaperMatch>) => {
      picker.reset();
      return picker.pickNext(matchOf(paperIndex, changes));
    };
    const keyword = { matchedKeywords: ['agent'] };
    expect(pick(0, keyword)).toBe(pick(1, keyword));
    expect(pick(0, {})).toBe(pick(1, {}));
  });
});
