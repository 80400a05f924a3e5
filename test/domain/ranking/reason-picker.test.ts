import { describe, expect, it } from 'vitest';
import { describeReason, joinReason } from '../../../src/copy/en/reasons.ts';
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
      joinReason(
        describeReason(
          picker.pickNext(match),
          papers[match.paperIndex]?.topics.map(({ slug }) => slug) ?? [],
          { period: 'daily', topicNames: TOPIC_NAMES },
        ),
      ),
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
  it('The remarks in a selection vary as far as the papers allow', () => {
    const code = { codeUrl: 'https://example.org' };
    const reasons = pickerFor([code, code, code, {}, {}]);
    const all = [0, 1, 2, 3, 4].map((place) => reasons.pickNext(matchOf(place)));
    expect(all).toEqual([
      'Theory. Code available.',
      'Theory.',
      'Theory. Code available.',
      'Theory.',
      'Theory.',
    ]);
  });

  it('A reset picker gives the next subscriber the same reasons', () => {
    const code = { codeUrl: 'https://example.org' };
    const reasons = pickerFor([code, code]);
    const first = [0, 1].map((place) => reasons.pickNext(matchOf(place)));
    reasons.reset();
    expect([0, 1].map((place) => reasons.pickNext(matchOf(place)))).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('The most discussed of three papers on a topic is named, but not of two or of undiscussed ones', () => {
    const discussed = [{ upvotes: 1 }, { upvotes: 9 }, {}];
    const leading = 'Most discussed of three papers on Theory.';
    expect(pickerFor(discussed).pickNext(matchOf(1))).toBe(leading);
    expect(pickerFor(discussed).pickNext(matchOf(0))).not.toBe(leading);
    expect(pickerFor(discussed.slice(0, 2)).pickNext(matchOf(1))).not.toContain('Most discussed');
    expect(pickerFor([{}, {}, {}]).pickNext(matchOf(1))).not.toContain('Most discussed');
  });

  it('Only papers that are more discussed than four fifths of the digest are much discussed, whatever their day', () => {
    const facts = Array.from({ length: 10 }, (_, at) => ({ upvotes: at, codeUrl: null }));
    const reasons = pickerFor(facts);
    const isMuch = (place: number) => {
      reasons.reset();
      return reasons.pickNext(matchOf(place, { followedTopics: [] })).includes('One of the most');
    };
    expect(facts.map((_, place) => isMuch(place))).toEqual([...Array(8).fill(false), true, true]);
    const equal = pickerFor(Array.from({ length: 10 }, () => ({ upvotes: 3 })));
    expect(equal.pickNext(matchOf(0))).not.toContain('One of the most');
  });

  it('No paper leads its topic when two are discussed equally', () => {
    const equals = [{ upvotes: 9 }, { upvotes: 9 }, { upvotes: 1 }];
    expect(pickerFor(equals).pickNext(matchOf(0))).not.toContain('Most discussed');
  });

  it.each([
    ['counts votes', { countsVotes: true }, 'No votes yet, and close to Theory.'],
    ['counts only comments', { countsVotes: false }, 'No comments yet, and close to Theory.'],
    ['counts nothing', { countsVotes: false, countsComments: false }, 'Theory.'],
  ])(
    'A new dark horse of a source that %s has the reason that is true there',
    (_what, counts, reason) => {
      const horse = matchOf(0, { isDarkHorse: true });
      expect(pickerFor([counts]).pickNext(horse)).toBe(reason);
    },
  );

  it('An old dark horse is not said to have no votes yet', () => {
    const horse = matchOf(0, { isDarkHorse: true });
    expect(pickerFor([{ publishedOn: '2021-03-01' }]).pickNext(horse)).toBe('Theory.');
    expect(pickerFor([{ publishedOn: '2026-04-08' }]).pickNext(horse)).toContain('No votes yet');
  });

  it('A reason names first the topics that this subscriber follows, not another one’s', () => {
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
    expect(next(['theory'])).toBe('Theory, Agents.');
    expect(next(['agents'])).toBe('Agents, Theory.');
    expect(next(['agents', 'theory'])).toBe('Theory, Agents.');
    expect(next([])).toBe('Theory, Agents.');
    expect(next(['theory'])).toBe('Theory, Agents.');
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
