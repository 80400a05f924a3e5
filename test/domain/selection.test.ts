import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RankedPaper } from '../../src/domain/digest.ts';
import { mostDiscussedRank, rankPapers } from '../../src/domain/ranking.ts';
import {
  createSelector,
  type KeywordMatches,
  type SelectionFacts,
} from '../../src/domain/selection.ts';
import { type Similarity, similarityOf } from '../../src/domain/similarity.ts';
import { paper } from './samples.ts';

const NOTHING: ReadonlySet<string> = new Set();
const TOPIC_NAMES = new Map([
  ['agents', 'Agents'],
  ['hardware', 'Hardware'],
  ['theory', 'Theory'],
]);

interface SelectionPool extends SelectionFacts {
  keywordMatches: KeywordMatches;
}

function selectPapers(
  pool: SelectionPool,
  who: ReturnType<typeof reader>,
  seen: ReadonlySet<string>,
) {
  return createSelector(pool)(who, seen, pool.keywordMatches);
}

/** A pool of papers in the order given; their ranks are their places. */
function poolOf(
  papers: readonly RankedPaper[],
  changes: Partial<SelectionPool> = {},
): SelectionPool {
  return {
    kind: 'daily',
    papers,
    similarity: likeness(papers.length, () => 0),
    keywordMatches: new Map(),
    topicNames: TOPIC_NAMES,
    mostDiscussedRank: null,
    ...changes,
  };
}

/** Likeness of any two of `count` papers, by their places. */
function likeness(count: number, of: (a: number, b: number) => number): Similarity {
  return (a) => Float32Array.from({ length: count }, (_, b) => of(a, b));
}

function ranked(rank: number, changes: Partial<RankedPaper> = {}): RankedPaper {
  return { ...paper(rank), rank, popularity: 0.5, ...changes };
}

function many(count: number, changes: (rank: number) => Partial<RankedPaper> = () => ({})) {
  return Array.from({ length: count }, (_, rank) => ranked(rank, changes(rank)));
}

function reader(changes: Partial<{ topics: string[]; keywords: string[]; papers: number }> = {}) {
  return { topics: [] as string[], keywords: [] as string[], papers: 10, ...changes };
}

const on = (slug: string, score = 0.3) => ({ topics: [{ slug, score }] });
const ranks = (selection: readonly { rank: number }[]) => selection.map(({ rank }) => rank);

describe('selectPapers', () => {
  it('gives followers the papers of their topics and no others', () => {
    const pool = poolOf([
      ranked(0),
      ranked(1, on('theory')),
      ranked(2, on('agents')),
      ranked(3, on('theory')),
    ]);
    expect(ranks(selectPapers(pool, reader({ topics: ['theory'] }), NOTHING))).toEqual([1, 3]);
  });

  it('gives nothing to followers of what did not come', () => {
    const pool = poolOf(many(8));
    expect(selectPapers(pool, reader({ topics: ['theory'] }), NOTHING)).toEqual([]);
    expect(selectPapers(pool, reader({ keywords: ['stateless'] }), NOTHING)).toEqual([]);
    expect(selectPapers(poolOf([]), reader(), NOTHING)).toEqual([]);
  });

  it('gives the best of the day, in its order, to readers who follow nothing', () => {
    const papers = many(20, (rank) => ({ popularity: 1 - rank / 20 }));
    const selection = selectPapers(poolOf(papers), reader({ papers: 7 }), NOTHING);
    expect(ranks(selection)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(selection.some(({ isDarkHorse }) => isDarkHorse)).toBe(false);
  });

  it('brings nothing again that the reader has seen', () => {
    const papers = many(5);
    const seen = new Set([papers[0]?.id ?? '', papers[3]?.id ?? '']);
    expect(ranks(selectPapers(poolOf(papers), reader(), seen)).sort()).toEqual([1, 2, 4]);
  });

  it('takes a paper that says a word of the reader for fully interesting', () => {
    const papers = [
      ranked(0, on('theory', 0.9)),
      ranked(1, on('theory', 0.1)),
      ranked(2, on('agents')),
    ];
    const pool = poolOf(papers, { keywordMatches: new Map([['stateless', new Set([2])]]) });
    const both = reader({ topics: ['theory'], keywords: ['stateless', 'unsaid'] });
    expect(ranks(selectPapers(pool, both, NOTHING))).toEqual([2, 0, 1]);
  });

  it('prefers a popular paper among equally interesting ones, and interest to a little popularity', () => {
    const papers = [
      ranked(0, { ...on('theory', 0.05), popularity: 0.6 }),
      ranked(1, { ...on('theory', 0.9), popularity: 0.3 }),
      ranked(2, { ...on('theory', 0.9), popularity: 0.9 }),
    ];
    expect(ranks(selectPapers(poolOf(papers), reader({ topics: ['theory'] }), NOTHING))).toEqual([
      2, 1, 0,
    ]);
  });

  it('does not let two papers on the same thing stand together when there is another', () => {
    const papers = many(3, (rank) => ({ popularity: 1 - rank / 20 }));
    const twins = poolOf(papers, {
      similarity: likeness(papers.length, (a, b) =>
        Math.min(a, b) === 0 && Math.max(a, b) === 1 ? 1 : 0,
      ),
    });
    expect(ranks(selectPapers(twins, reader({ papers: 2 }), NOTHING))).toEqual([0, 2]);
    expect(ranks(selectPapers(twins, reader({ papers: 3 }), NOTHING))).toEqual([0, 2, 1]);
  });

  it('counts likeness to any paper chosen before, not to the last one alone', () => {
    const papers = many(4, (rank) => ({ popularity: 1 - rank / 20 }));
    const twins = poolOf(papers, {
      similarity: likeness(papers.length, (a, b) =>
        Math.min(a, b) === 0 && Math.max(a, b) === 2 ? 1 : 0,
      ),
    });
    expect(ranks(selectPapers(twins, reader({ papers: 3 }), NOTHING))).toEqual([0, 1, 3]);
  });

  it('gives each paper the reason that is true of this reader', () => {
    const papers = [
      ranked(0, { ...on('agents'), upvotes: 9, popularity: 1 }),
      ranked(1, {
        topics: [
          { slug: 'agents', score: 0.4 },
          { slug: 'theory', score: 0.2 },
        ],
      }),
      ranked(2, on('unnamed')),
    ];
    const pool = poolOf(papers, {
      mostDiscussedRank: 0,
      keywordMatches: new Map([['stateless', new Set([0])]]),
    });
    const wishes = reader({ topics: ['theory', 'unnamed'], keywords: ['stateless'] });
    const reasons = new Map(
      selectPapers(pool, wishes, NOTHING).map((each) => [each.rank, each.reason]),
    );
    expect(reasons.get(0)).toContain('“stateless”');
    expect(reasons.get(1)).toBe('Because you follow Theory.');
    expect(reasons.get(2)).toBe('Because you follow unnamed.');
  });
});

describe('the dark horse', () => {
  /** Popular papers, and from `quietFrom` on quiet ones of growing interest. */
  const field = (count: number, quietFrom: number) =>
    many(count, (rank) => ({
      ...on('theory', rank < quietFrom ? 0.3 : 0.3 + rank / 10),
      popularity: rank < quietFrom ? 1 - rank / 100 : 0.1,
    }));
  const follower = (papers: number) => reader({ topics: ['theory'], papers });

  it('is the most interesting of the quiet papers, in the fifth place', () => {
    const selection = selectPapers(poolOf(field(9, 6)), follower(10), NOTHING);
    expect(selection.map(({ isDarkHorse }) => isDarkHorse ?? false)).toEqual([
      ...[false, false, false, false, true],
      ...[false, false, false, false],
    ]);
    expect(selection[4]).toEqual({
      rank: 8,
      isDarkHorse: true,
      reason: 'Nobody has said a word about it yet. It is close to Theory, which you follow.',
    });
  });

  it('says that few have noticed it when somebody has', () => {
    const papers = field(9, 8).map((each) => ({ ...each, upvotes: 2 }));
    expect(selectPapers(poolOf(papers), follower(10), NOTHING)[4]?.reason).toMatch(/^Few /);
  });

  it.each([
    [0.29, true],
    [0.3, false],
  ])('of a popularity of %d is one: %s', (popularity, isOne) => {
    const papers = field(9, 8).map((each) => (each.rank === 8 ? { ...each, popularity } : each));
    const last = selectPapers(poolOf(papers), follower(10), NOTHING).find(({ rank }) => rank === 8);
    expect(last?.isDarkHorse ?? false).toBe(isOne);
  });

  it.each([
    ['the reader wants only five papers', field(9, 6), follower(5)],
    ['there are only five papers', field(5, 4), follower(10)],
    ['every paper is popular', field(9, 9), follower(10)],
    ['the reader follows nothing', field(9, 6), reader()],
  ])('stays away when %s', (_when, papers, who) => {
    const selection = selectPapers(poolOf(papers), who, NOTHING);
    expect(selection.length).toBeGreaterThan(0);
    expect(selection.filter(({ isDarkHorse }) => isDarkHorse)).toEqual([]);
  });

  it('is not a paper that made it among the stories anyway', () => {
    const papers = field(9, 8).map((each) =>
      each.rank === 8 ? { ...each, ...on('theory', 100), popularity: 0.29 } : each,
    );
    const pool = poolOf(papers, {
      similarity: likeness(papers.length, (a, b) => (a === 8 || b === 8 ? 0 : 1)),
    });
    const selection = selectPapers(pool, follower(10), NOTHING);
    expect(ranks(selection).indexOf(8)).toBeLessThan(4);
    expect(selection.some(({ isDarkHorse }) => isDarkHorse)).toBe(false);
  });
});

describe('any selection', () => {
  const slugs = [...TOPIC_NAMES.keys()];
  const papers = fc
    .array(
      fc.record({
        upvotes: fc.nat(20),
        title: fc.constantFrom('Sparse Agents', 'Sparse Heads', 'Theory of Agents', 'Units'),
        codeUrl: fc.constantFrom(null, 'https://example.org'),
        topics: fc
          .subarray(slugs, { maxLength: 2 })
          .map((chosen) => chosen.map((slug, place) => ({ slug, score: 0.3 / (place + 1) }))),
      }),
      { maxLength: 25 },
    )
    .map((list) => rankPapers(list.map((changes, number) => paper(number, changes))));
  const readers = fc.record({
    topics: fc.subarray(slugs),
    keywords: fc.subarray(['stateless', 'sparse']),
    papers: fc.integer({ min: 1, max: 20 }),
  });
  const poolFor = (list: RankedPaper[], said: readonly number[]) =>
    poolOf(list, {
      similarity: similarityOf(list),
      mostDiscussedRank: mostDiscussedRank(list),
      keywordMatches: new Map([['stateless', new Set(said)]]),
    });

  it('is short enough, without repeats or seen papers, all of them wished for', () => {
    fc.assert(
      fc.property(
        papers,
        readers,
        fc.array(fc.nat(24)),
        fc.array(fc.nat(24)),
        (list, who, said, seenAt) => {
          const seen = new Set(seenAt.flatMap((rank) => list[rank]?.id ?? []));
          const selection = selectPapers(poolFor(list, said), who, seen);
          const chosen = ranks(selection);
          const wished = list.filter(
            (each) =>
              !seen.has(each.id) &&
              (who.topics.length + who.keywords.length === 0 ||
                each.topics.some(({ slug }) => who.topics.includes(slug)) ||
                (who.keywords.includes('stateless') && said.includes(each.rank))),
          );
          expect(selection).toHaveLength(Math.min(who.papers, wished.length));
          expect(new Set(chosen).size).toBe(chosen.length);
          expect(chosen.every((rank) => wished.some((each) => each.rank === rank))).toBe(true);
          const horses = selection.filter(({ isDarkHorse }) => isDarkHorse);
          expect(horses.length).toBeLessThanOrEqual(1);
          if (horses[0]) expect(selection.indexOf(horses[0])).toBe(4);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is the same when it is made again, whoever was served before', () => {
    fc.assert(
      fc.property(papers, readers, readers, (list, who, other) => {
        const pool = poolFor(list, [1, 5]);
        const first = selectPapers(pool, who, NOTHING);
        selectPapers(pool, other, NOTHING);
        expect(selectPapers(pool, who, NOTHING)).toEqual(first);
        expect(selectPapers(poolFor(list, [1, 5]), who, NOTHING)).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });

  it('begins alike when the reader asks for fewer papers, up to the dark horse', () => {
    fc.assert(
      fc.property(papers, readers, (list, who) => {
        const pool = poolFor(list, []);
        const four = selectPapers(pool, { ...who, papers: 4 }, NOTHING);
        const twenty = selectPapers(pool, { ...who, papers: 20 }, NOTHING);
        expect(twenty.slice(0, 4)).toEqual(four);
      }),
      { numRuns: 200 },
    );
  });
});
