import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  computeBaseScore,
  findMostDiscussedRank,
  rankPapers,
  SCORE_WEIGHTS,
  scoreDiscussion,
} from '../../../src/domain/ranking/ranking.ts';
import { buildTopicPaper } from '../builders.ts';

const titles = (papers: readonly { title: string }[]) => papers.map(({ title }) => title);

describe('rankPapers', () => {
  it('Popularity is the share of the day that is less discussed; equals share the lower value', () => {
    const ranked = rankPapers([
      buildTopicPaper(1, { upvotes: 5 }),
      buildTopicPaper(2, { upvotes: 9 }),
      buildTopicPaper(3, { upvotes: 5 }),
      buildTopicPaper(4),
      buildTopicPaper(5, { upvotes: 2 }),
    ]);
    expect(ranked.map(({ title, popularity }) => [title, popularity])).toEqual([
      ['Paper 2', 1],
      ['Paper 1', 0.5],
      ['Paper 3', 0.5],
      ['Paper 5', 0.25],
      ['Paper 4', 0],
    ]);
  });

  it('A paper is compared only with those of its own day, so that age is no advantage', () => {
    const ranked = rankPapers([
      buildTopicPaper(1, { listedOn: '2026-05-05', upvotes: 300 }),
      buildTopicPaper(2, { listedOn: '2026-05-05', upvotes: 200 }),
      buildTopicPaper(3, { upvotes: 3 }),
      buildTopicPaper(4, { upvotes: 2 }),
    ]);
    const popularity = Object.fromEntries(ranked.map((each) => [each.title, each.popularity]));
    expect(popularity).toEqual({ 'Paper 1': 1, 'Paper 2': 0, 'Paper 3': 1, 'Paper 4': 0 });
  });

  it('No paper is popular on a day with one paper or without votes', () => {
    expect(rankPapers([buildTopicPaper(1, { upvotes: 50 })])[0]?.popularity).toBe(0);
    expect(
      rankPapers([buildTopicPaper(1), buildTopicPaper(2)]).map((each) => each.popularity),
    ).toEqual([0, 0]);
    expect(rankPapers([])).toEqual([]);
  });

  it('Papers are ordered by popularity, then code, then date, then id', () => {
    const ranked = rankPapers([
      buildTopicPaper(6, { publishedOn: null }),
      buildTopicPaper(5),
      buildTopicPaper(4),
      buildTopicPaper(3, { publishedOn: '2026-05-08' }),
      buildTopicPaper(2, { codeUrl: 'https://example.org/code' }),
      buildTopicPaper(1, { upvotes: 1 }),
    ]);
    expect(titles(ranked)).toEqual([
      'Paper 1',
      'Paper 2',
      'Paper 3',
      'Paper 4',
      'Paper 5',
      'Paper 6',
    ]);
    expect(ranked.map(({ rank }) => rank)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('The ranking does not depend on the input order, and keeps every paper', () => {
    const papers = fc
      .uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 12 })
      .chain((numbers) =>
        fc.tuple(
          ...numbers.map((number) =>
            fc
              .record({
                upvotes: fc.nat(4),
                comments: fc.nat(2),
                listedOn: fc.constantFrom('2026-05-07', '2026-05-08'),
                codeUrl: fc.constantFrom(null, 'https://example.org'),
              })
              .map((changes) => buildTopicPaper(number, changes)),
          ),
        ),
      );
    fc.assert(
      fc.property(papers, (list) => {
        const ranked = rankPapers(list);
        expect(rankPapers([...list].reverse())).toEqual(ranked);
        expect(titles(ranked).sort()).toEqual(titles(list).sort());
        for (const { popularity } of ranked) {
          expect(popularity).toBeGreaterThanOrEqual(0);
          expect(popularity).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('findMostDiscussedRank', () => {
  it('The most discussed paper has the most votes and comments, whatever its day', () => {
    const ranked = rankPapers([
      buildTopicPaper(1, { listedOn: '2026-05-05', upvotes: 30 }),
      buildTopicPaper(2, { listedOn: '2026-05-05', upvotes: 20 }),
      buildTopicPaper(3, { upvotes: 10 }),
      buildTopicPaper(4, { upvotes: 5 }),
    ]);
    const rank = findMostDiscussedRank(ranked);
    expect(ranked.find((each) => each.rank === rank)?.title).toBe('Paper 1');
  });

  it('Without votes and comments no paper is the most discussed', () => {
    expect(findMostDiscussedRank(rankPapers([buildTopicPaper(1), buildTopicPaper(2)]))).toBeNull();
    expect(findMostDiscussedRank([])).toBeNull();
  });

  it('Of two equally discussed papers none is the most discussed', () => {
    expect(
      findMostDiscussedRank(
        rankPapers([
          buildTopicPaper(1, { upvotes: 3 }),
          buildTopicPaper(2, { upvotes: 3 }),
          buildTopicPaper(3, { upvotes: 2 }),
        ]),
      ),
    ).toBeNull();
  });
});

describe('scores', () => {
  it('Comments count as well as votes', () => {
    expect(scoreDiscussion({ upvotes: 0, comments: 0 })).toBe(0);
    expect(scoreDiscussion({ upvotes: 3, comments: 1 })).toBeGreaterThan(
      scoreDiscussion({ upvotes: 3, comments: 0 }),
    );
    expect(scoreDiscussion({ upvotes: 3, comments: 0 })).toBeGreaterThan(
      scoreDiscussion({ upvotes: 0, comments: 3 }),
    );
  });

  it('Full interest outweighs code, popularity outweighs interest, and a keyword everything', () => {
    const [silent] = rankPapers([buildTopicPaper(1)]);
    if (!silent) throw new Error('expected a paper');
    expect(computeBaseScore(silent)).toBe(0);
    expect(computeBaseScore({ ...silent, codeUrl: 'https://example.org' })).toBeLessThan(
      SCORE_WEIGHTS.topic,
    );
    const popular = computeBaseScore({ ...silent, popularity: 1 });
    expect(popular).toBeGreaterThan(SCORE_WEIGHTS.topic);
    const best = computeBaseScore({ ...silent, popularity: 1, codeUrl: 'https://example.org' });
    expect(SCORE_WEIGHTS.explicit).toBeGreaterThan(best + SCORE_WEIGHTS.topic);
  });
});
