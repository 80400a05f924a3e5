import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeReason, joinReason } from '../../../src/copy/en/reasons.ts';
import type { RankedPaper } from '../../../src/domain/digests/digest.ts';
import {
  createShownWordCounter,
  WORDS_PER_MINUTE,
} from '../../../src/domain/digests/reading-time.ts';
import { createDocumentFrequencies } from '../../../src/domain/ranking/inverse-document-frequency.ts';
import { learnTerms, packLearned } from '../../../src/domain/ranking/learned-terms.ts';
import {
  createPaperSelector,
  type SelectionPreferences,
  type SelectorContext,
} from '../../../src/domain/ranking/paper-selector.ts';
import { createProfileScorer } from '../../../src/domain/ranking/profile-score.ts';
import { findMostDiscussedRank, rankPapers } from '../../../src/domain/ranking/ranking.ts';
import { createSimilarity, type Similarity } from '../../../src/domain/ranking/similarity.ts';
import { createTermIndex } from '../../../src/domain/ranking/term-index.ts';
import { extractTerms } from '../../../src/domain/ranking/terms.ts';
import { maxPapersPerTopic, maxTopicShare } from '../../../src/domain/ranking/topic-cap.ts';
import {
  DEFAULT_PREFERENCES,
  RELEVANCE_THRESHOLDS,
} from '../../../src/domain/subscribers/subscriber.ts';
import { buildTopicPaper } from '../builders.ts';

const NOTHING: ReadonlySet<string> = new Set();
const STATELESS: Partial<RankedPaper> = { abstract: 'We present a stateless paper.' };
const TOPIC_NAMES = new Map([
  ['agents', 'Agents'],
  ['hardware', 'Hardware'],
  ['theory', 'Theory'],
]);

function selectPapers(pool: SelectorContext, who: SelectionPreferences, seen: ReadonlySet<string>) {
  const selection = createPaperSelector(pool)(who, {
    seenPaperIds: seen,
    terms: termsIn(pool.papers),
  });
  const context = { period: 'daily', topicNames: TOPIC_NAMES } as const;
  return selection.map((each) => ({
    ...each,
    reason: joinReason(describeReason(each.reason, topicsOf(pool.papers[each.rank]), context)),
  }));
}

function topicsOf(paper: RankedPaper | undefined): string[] {
  return paper?.topics.map(({ slug }) => slug) ?? [];
}

function termsIn(papers: readonly RankedPaper[]) {
  return createTermIndex(papers, idfOf(papers));
}

function idfOf(papers: readonly RankedPaper[]) {
  const counts = createDocumentFrequencies();
  for (const each of papers) counts.add(extractTerms(each).keys());
  return counts.toIdf();
}

/** The learned terms of a subscriber who gave this feedback. */
function learnedTerms(
  papers: readonly RankedPaper[],
  feedback: { more?: readonly RankedPaper[]; less?: readonly RankedPaper[] },
): string | null {
  const now = new Date('2026-05-08T07:00:00Z');
  const scorePaper = (verb: 'more' | 'less') =>
    (feedback[verb] ?? []).map((each) => ({ paper: each, verb, givenAt: now }));
  const scored = [...scorePaper('more'), ...scorePaper('less')];
  return packLearned(learnTerms(scored, { idf: idfOf(papers), unlearned: new Set(), now }));
}

/** A pool of papers in the order given; their ranks are their positions. */
function poolOf(
  papers: readonly RankedPaper[],
  changes: Partial<SelectorContext> = {},
): SelectorContext {
  return {
    papers,
    similarity: similarityFrom(papers.length, () => 0),
    mostDiscussedRank: null,
    ...changes,
  };
}

/** The similarity of any two of `count` papers, by their positions. */
function similarityFrom(count: number, of: (a: number, b: number) => number): Similarity {
  return (a) => Float32Array.from({ length: count }, (_, b) => of(a, b));
}

function ranked(rank: number, changes: Partial<RankedPaper> = {}): RankedPaper {
  return { ...buildTopicPaper(rank), rank, popularity: 0.5, ...changes };
}

function rankedPapers(count: number, changes: (rank: number) => Partial<RankedPaper> = () => ({})) {
  return Array.from({ length: count }, (_, rank) => ranked(rank, changes(rank)));
}

function subscriber(changes: Partial<SelectionPreferences> = {}): SelectionPreferences {
  return { ...DEFAULT_PREFERENCES, learned: null, ...changes };
}

const on = (slug: string, score = 0.3) => ({ topics: [{ slug, score }] });
const ranks = (selection: readonly { rank: number }[]) => selection.map(({ rank }) => rank);

describe('createPaperSelector', () => {
  it('Followers of topics get the papers of those topics and no others', () => {
    const pool = poolOf([
      ranked(0),
      ranked(1, on('theory')),
      ranked(2, on('agents')),
      ranked(3, on('theory')),
    ]);
    expect(ranks(selectPapers(pool, subscriber({ topics: ['theory'] }), NOTHING))).toEqual([1, 3]);
  });

  it('Followers of a topic also get papers that match it too weakly to be shown with it', () => {
    const weak = { topics: on('agents').topics, otherTopics: on('theory', 0.02).topics };
    const pool = poolOf([ranked(0, weak), ranked(1, on('agents'))]);
    const [selected, ...others] = selectPapers(pool, subscriber({ topics: ['theory'] }), NOTHING);
    expect(selected).toMatchObject({ rank: 0 });
    expect(JSON.stringify(selected?.reason)).toContain('Touches on Theory.');
    expect(others).toEqual([]);
  });

  it('A muted topic does not hide papers that match it too weakly to be shown with it', () => {
    const weak = { topics: on('agents').topics, otherTopics: on('theory', 0.02).topics };
    const pool = poolOf([ranked(0, weak), ranked(1, on('theory'))]);
    const muting = subscriber({ mutedTopics: ['theory'] });
    expect(ranks(selectPapers(pool, muting, NOTHING))).toEqual([0]);
  });

  it('Followers of a topic without papers get nothing', () => {
    const pool = poolOf(rankedPapers(8));
    expect(selectPapers(pool, subscriber({ topics: ['theory'] }), NOTHING)).toEqual([]);
    expect(selectPapers(pool, subscriber({ keywords: ['stateless'] }), NOTHING)).toEqual([]);
    expect(selectPapers(poolOf([]), subscriber(), NOTHING)).toEqual([]);
  });

  it('Subscribers who follow nothing get the best papers of the day, in order', () => {
    const papers = rankedPapers(20, (rank) => ({ popularity: 1 - rank / 20 }));
    const selection = selectPapers(poolOf(papers), subscriber({ papers: 7 }), NOTHING);
    expect(ranks(selection)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(selection.some(({ isDarkHorse }) => isDarkHorse)).toBe(false);
  });

  it('A paper that was sent before is not selected again', () => {
    const papers = rankedPapers(5);
    const seen = new Set([papers[0]?.id ?? '', papers[3]?.id ?? '']);
    expect(ranks(selectPapers(poolOf(papers), subscriber(), seen)).sort()).toEqual([1, 2, 4]);
  });

  it('A paper with a keyword has the greatest interest', () => {
    const papers = [
      ranked(0, on('theory', 0.9)),
      ranked(1, on('theory', 0.1)),
      ranked(2, { ...on('agents'), ...STATELESS }),
    ];
    const pool = poolOf(papers);
    const both = subscriber({ topics: ['theory'], keywords: ['stateless', 'unsaid'] });
    expect(ranks(selectPapers(pool, both, NOTHING))).toEqual([2, 0, 1]);
  });

  it('A keyword in the title comes before one that the abstract mentions in passing', () => {
    const papers = [ranked(0, STATELESS), ranked(1, { title: 'Stateless Servers' })];
    const who = subscriber({ keywords: ['stateless'] });
    expect(ranks(selectPapers(poolOf(papers), who, NOTHING))).toEqual([1, 0]);
  });

  it('Popularity decides between equally interesting papers, and interest outweighs a little popularity', () => {
    const papers = [
      ranked(0, { ...on('theory', 0.05), popularity: 0.6 }),
      ranked(1, { ...on('theory', 0.9), popularity: 0.3 }),
      ranked(2, { ...on('theory', 0.9), popularity: 0.9 }),
    ];
    expect(
      ranks(selectPapers(poolOf(papers), subscriber({ topics: ['theory'] }), NOTHING)),
    ).toEqual([2, 1, 0]);
  });

  it('Two similar papers are not adjacent if there is another one', () => {
    const papers = rankedPapers(3, (rank) => ({ popularity: 1 - rank / 20 }));
    const twins = poolOf(papers, {
      similarity: similarityFrom(papers.length, (a, b) =>
        Math.min(a, b) === 0 && Math.max(a, b) === 1 ? 1 : 0,
      ),
    });
    expect(ranks(selectPapers(twins, subscriber({ papers: 2 }), NOTHING))).toEqual([0, 2]);
    expect(ranks(selectPapers(twins, subscriber({ papers: 3 }), NOTHING))).toEqual([0, 2, 1]);
  });

  it('Similarity to every selected paper counts, not only to the last one', () => {
    const papers = rankedPapers(4, (rank) => ({ popularity: 1 - rank / 20 }));
    const twins = poolOf(papers, {
      similarity: similarityFrom(papers.length, (a, b) =>
        Math.min(a, b) === 0 && Math.max(a, b) === 2 ? 1 : 0,
      ),
    });
    expect(ranks(selectPapers(twins, subscriber({ papers: 3 }), NOTHING))).toEqual([0, 1, 3]);
  });

  it('Each paper has a reason that is true for this subscriber', () => {
    const papers = [
      ranked(0, { ...on('agents'), ...STATELESS, upvotes: 9, popularity: 1 }),
      ranked(1, {
        topics: [
          { slug: 'agents', score: 0.4 },
          { slug: 'theory', score: 0.2 },
        ],
      }),
      ranked(2, on('unnamed')),
    ];
    const pool = poolOf(papers, { mostDiscussedRank: 0 });
    const requests = subscriber({ topics: ['theory', 'unnamed'], keywords: ['stateless'] });
    const reasons = new Map(
      selectPapers(pool, requests, NOTHING).map((each) => [each.rank, each.reason]),
    );
    expect(reasons.get(0)).toContain('“stateless”');
    expect(reasons.get(1)).toBe('Theory, Agents.');
    expect(reasons.get(2)).toMatch(/unnamed/);
  });
});

describe('the dark horse', () => {
  /** Popular papers, and from `quietFrom` on quiet ones of growing interest. */
  const papersOfDay = (count: number, quietFrom: number) =>
    rankedPapers(count, (rank) => ({
      ...on('theory', rank < quietFrom ? 0.3 : 0.3 + rank / 10),
      upvotes: rank < quietFrom ? 100 - rank : 0,
      popularity: rank < quietFrom ? 1 - rank / 100 : 0.1,
    }));
  const follower = (papers: number) => subscriber({ topics: ['theory'], papers });

  it('The dark horse is the most interesting unpopular paper, in fifth position', () => {
    const selection = selectPapers(poolOf(papersOfDay(9, 6)), follower(10), NOTHING);
    expect(selection.map(({ isDarkHorse }) => isDarkHorse ?? false)).toEqual([
      ...[false, false, false, false, true],
      ...[false, false, false, false],
    ]);
    expect(selection[4]).toEqual({
      rank: 8,
      isDarkHorse: true,
      reason: 'No votes yet, and close to Theory.',
    });
  });

  it('There is no dark horse among papers that are old, or from a source that counts no votes', () => {
    const papers = papersOfDay(9, 6);
    const horseOf = (changes: Partial<RankedPaper>) =>
      selectPapers(
        poolOf(papers.map((each) => (each.rank < 6 ? each : { ...each, ...changes }))),
        follower(10),
        NOTHING,
      ).find(({ isDarkHorse }) => isDarkHorse);
    expect(horseOf({ publishedOn: '2026-04-20' })).toBeDefined();
    expect(horseOf({ publishedOn: '2020-03-01' })).toBeUndefined();
    expect(horseOf({ countsVotes: false })).toBeDefined();
    expect(horseOf({ countsVotes: false, countsComments: false })).toBeUndefined();
  });

  it('For a subscriber with feedback, the dark horse is the little noticed paper most like liked ones', () => {
    const papers = papersOfDay(9, 6).map((each) =>
      each.rank === 7 ? each : { ...each, title: `Mamba Has a Hidden State (${each.rank})` },
    );
    const learned = packLearned({ feedback: 5, terms: [{ term: 'hidden state', weight: 1 }] });
    const who = { ...follower(10), learned };
    const quiet = papers.map((each) => (each.rank === 8 ? { ...each, title: 'Lattices' } : each));
    const horse = selectPapers(poolOf(quiet), who, NOTHING).find(({ isDarkHorse }) => isDarkHorse);
    expect(horse?.rank).toBe(6);
  });

  it('The reason of a slightly discussed dark horse says that it has few votes', () => {
    const papers = papersOfDay(9, 8).map((each) => ({ ...each, upvotes: 2 }));
    expect(selectPapers(poolOf(papers), follower(10), NOTHING)[4]?.reason).toMatch(/^Few /);
  });

  it.each([
    [0.29, true],
    [0.3, false],
  ])('A paper with a popularity of %d can be the dark horse: %s', (popularity, isOne) => {
    const papers = papersOfDay(9, 8).map((each) =>
      each.rank === 8 ? { ...each, popularity } : each,
    );
    const last = selectPapers(poolOf(papers), follower(10), NOTHING).find(({ rank }) => rank === 8);
    expect(last?.isDarkHorse ?? false).toBe(isOne);
  });

  it.each([
    ['the subscriber wants only five papers', papersOfDay(9, 6), follower(5)],
    ['there are only five papers', papersOfDay(5, 4), follower(10)],
    ['every paper is popular', papersOfDay(9, 9), follower(10)],
    ['the subscriber follows nothing', papersOfDay(9, 6), subscriber()],
  ])('There is no dark horse when %s', (_when, papers, who) => {
    const selection = selectPapers(poolOf(papers), who, NOTHING);
    expect(selection.length).toBeGreaterThan(0);
    expect(selection.filter(({ isDarkHorse }) => isDarkHorse)).toEqual([]);
  });

  it('A paper that is among the stories is not the dark horse', () => {
    const papers = papersOfDay(9, 8).map((each) =>
      each.rank === 8
        ? { ...each, ...on('theory', 100), popularity: 0.29 }
        : { ...each, popularity: 0.4 },
    );
    const pool = poolOf(papers, {
      similarity: similarityFrom(papers.length, (a, b) => (a === 8 || b === 8 ? 0 : 1)),
    });
    const selection = selectPapers(pool, follower(10), NOTHING);
    expect(ranks(selection).indexOf(8)).toBeLessThan(4);
    expect(selection.some(({ isDarkHorse }) => isDarkHorse)).toBe(false);
  });
});

describe('followed names', () => {
  const papers = [
    ranked(0, on('theory')),
    ranked(1, { authors: ['Grace Hopper', 'Ada Lovelace'] }),
    ranked(2, { organization: 'AI at Meta', ...on('agents') }),
    ranked(3, { authors: ['Ada B. Lovelace'], organization: 'Metal Works' }),
  ];
  const selected = (changes: Partial<SelectionPreferences>) =>
    selectPapers(poolOf(papers), subscriber(changes), NOTHING);

  it('A followed name selects the papers of an author or organisation, with that reason', () => {
    expect(selected({ names: ['ada lovelace'] })).toEqual([
      { rank: 1, reason: 'By Ada Lovelace, whom you follow.' },
      { rank: 3, reason: 'By Ada B. Lovelace, whom you follow.' },
    ]);
    expect(selected({ names: ['Meta'] })).toEqual([
      { rank: 2, reason: 'Agents. From AI at Meta, which you follow.' },
    ]);
  });

  it('A followed name adds papers to those of topics', () => {
    const selection = selected({ names: ['Meta'], topics: ['theory'] });
    expect(ranks(selection)).toEqual([2, 0]);
  });

  it('A name without papers selects nothing', () => {
    expect(selected({ names: ['Lovelace'] })).toEqual([]);
    expect(selected({ names: ['!'] })).toEqual([]);
  });
});

describe('muted topics', () => {
  const both = {
    topics: [
      { slug: 'theory', score: 0.4 },
      { slug: 'agents', score: 0.1 },
    ],
  };
  const papers = [ranked(0, on('agents')), ranked(1, both), ranked(2, on('theory')), ranked(3)];

  it('A paper on a muted topic is left out, also if it is its second topic', () => {
    const selection = selectPapers(
      poolOf(papers),
      subscriber({ mutedTopics: ['agents'] }),
      NOTHING,
    );
    expect(ranks(selection).sort()).toEqual([2, 3]);
  });

  it('A paper on a muted topic is selected if it matches a keyword or a name', () => {
    const byAda = ranked(4, { ...on('agents'), authors: ['Ada Lovelace'] });
    const stateless = ranked(1, { ...both, ...STATELESS });
    const pool = poolOf([ranked(0, on('agents')), stateless, ranked(2, on('theory')), byAda]);
    const who = subscriber({
      mutedTopics: ['agents'],
      keywords: ['stateless'],
      names: ['Ada Lovelace'],
      topics: ['theory', 'agents'],
    });
    expect(ranks(selectPapers(pool, who, NOTHING)).sort()).toEqual([1, 2, 4]);
  });
});

describe('the relevance threshold', () => {
  const threePapers = (popularity: number) =>
    rankedPapers(3, (rank) => ({
      ...on('theory'),
      ...(rank === 1 ? STATELESS : {}),
      popularity,
    }));
  const selected = (papers: readonly RankedPaper[], changes: Partial<SelectionPreferences>) =>
    selectPapers(poolOf(papers), subscriber(changes), NOTHING);

  it.each([
    ['low', 0, 3],
    ['middle', 0.49, 0],
    ['middle', 0.5, 3],
    ['high', 0.79, 0],
    ['high', 0.8, 3],
  ] as const)(
    'With a %s threshold, three papers with a popularity of %d make a selection of %d',
    (threshold, popularity, count) => {
      expect(selected(threePapers(popularity), { relevanceThreshold: threshold })).toHaveLength(
        count,
      );
    },
  );

  it('A paper much like a liked one meets any relevance threshold, and a popular one about something else does not', () => {
    const titles = ['Mamba Has a Hidden State', 'Lattices of Wide Rivers', 'Sparse Heads'];
    const papers = titles.map((title, rank) => ranked(rank, { title, popularity: rank / 2 }));
    const [mamba, rivers] = papers as [RankedPaper, RankedPaper, RankedPaper];
    const selectFor = (liked: RankedPaper, seen: ReadonlySet<string>) => {
      const learned = learnedTerms(papers, { more: [liked] });
      const who = subscriber({ relevanceThreshold: 'high', learned });
      return selectPapers(poolOf(papers), who, seen);
    };
    expect(selectFor(mamba, NOTHING)).toHaveLength(3);
    expect(selectFor(rivers, new Set([rivers.id]))).toEqual([]);
  });

  it('For a reader who only disliked a paper, popular papers still meet the relevance threshold', () => {
    const titles = ['Mamba Has a Hidden State', 'Lattices of Wide Rivers', 'Sparse Heads'];
    const papers = titles.map((title, rank) => ranked(rank, { title, popularity: rank / 2 }));
    const [mamba] = papers as [RankedPaper, RankedPaper, RankedPaper];
    const learned = learnedTerms(papers, { less: [mamba] });
    expect(selected(papers, { relevanceThreshold: 'high', learned })).toHaveLength(3);
  });

  it('A paper with a keyword meets any relevance threshold', () => {
    const follower: Partial<SelectionPreferences> = {
      relevanceThreshold: 'high',
      topics: ['theory'],
    };
    expect(selected(threePapers(0.1), follower)).toEqual([]);
    expect(selected(threePapers(0.1), { ...follower, keywords: ['stateless'] })).toHaveLength(3);
  });
});

describe('learned terms', () => {
  const papers = [
    ranked(0, { title: 'Mamba Has a Hidden State', ...on('theory') }),
    ranked(1, { title: 'Sparse Heads', ...on('theory') }),
    ranked(2, { title: 'Vision Mamba and Its Hidden State', ...on('theory') }),
    ranked(3, { title: 'Sparse Units', ...on('theory') }),
    ranked(4, { title: 'Kernels for Wide Rivers', ...on('theory') }),
    ranked(5, { title: 'Kernels for Deep Rivers', ...on('theory') }),
  ];
  const [mamba, sparse, , , kernels] = papers as [
    RankedPaper,
    RankedPaper,
    never,
    never,
    RankedPaper,
  ];
  const seen = new Set([mamba.id, sparse.id, kernels.id]);
  const follower = (learned: string | null) => subscriber({ topics: ['theory'], learned });

  it('Feedback moves similar papers up or down, and is given as the reason', () => {
    const learned = learnedTerms(papers, { more: [mamba, mamba, mamba], less: [kernels] });
    const selection = selectPapers(poolOf(papers), follower(learned), seen);
    expect(ranks(selection)).toEqual([2, 3, 5]);
    expect(selection[0]?.reason).toBe('Theory. Like papers you liked: hidden state, mamba.');
    expect(selection[1]?.reason).not.toContain('liked');
  });

  it('One liked paper outweighs popularity', () => {
    const popular = papers.map((each) => ({ ...each, popularity: each.rank === 3 ? 1 : 0 }));
    const first = (learned: string | null) =>
      ranks(selectPapers(poolOf(popular), follower(learned), seen))[0];
    expect(first(null)).toBe(3);
    expect(first(learnedTerms(popular, { more: [mamba] }))).toBe(2);
  });

  const offTopic = [
    ...papers,
    ranked(6, { title: 'Mamba Has a Hidden State Again', ...on('agents') }),
    ranked(7, { title: 'Lattices', popularity: 1, ...on('agents') }),
  ];
  const likesMamba = learnedTerms(offTopic, { more: [mamba] });

  it('A paper on another topic is selected when it is much like a liked one, which is the reason', () => {
    const selection = selectPapers(poolOf(offTopic), follower(likesMamba), seen);
    expect(ranks(selection)).toContain(6);
    expect(ranks(selection)).not.toContain(7);
    expect(selection.find(({ rank }) => rank === 6)?.reason).toMatch(
      /liked: (?:hidden state|mamba)/,
    );
  });

  it('A subscriber who wants only their topics gets no other paper, however much it is like liked ones', () => {
    const only = { ...follower(likesMamba), topicsOnly: true };
    expect(ranks(selectPapers(poolOf(offTopic), only, seen)).sort()).toEqual([2, 3, 5]);
    const byKeyword = poolOf(
      offTopic.map((each) => (each.rank === 7 ? { ...each, ...STATELESS } : each)),
    );
    const withKeyword = { ...only, keywords: ['stateless'] };
    expect(ranks(selectPapers(byKeyword, withKeyword, seen)).sort()).toEqual([2, 3, 5, 7]);
    const followsNothing = subscriber({ learned: likesMamba, topicsOnly: true });
    expect(selectPapers(poolOf(offTopic), followsNothing, seen)).toHaveLength(5);
  });

  it('Feedback selects no paper on a muted topic', () => {
    const muted = subscriber({ topics: ['theory'], mutedTopics: ['agents'], learned: likesMamba });
    expect(ranks(selectPapers(poolOf(offTopic), muted, seen)).sort()).toEqual([2, 3, 5]);
    const everywhere = subscriber({ mutedTopics: ['theory'], learned: likesMamba });
    expect(ranks(selectPapers(poolOf(offTopic), everywhere, NOTHING)).sort()).toEqual([6, 7]);
  });

  it('The best paper of the day is judged among those that can be selected', () => {
    const nearest = offTopic.find(({ rank }) => rank === 6) as RankedPaper;
    const muted = offTopic.map((each) => (each.rank === 2 ? { ...each, ...on('hardware') } : each));
    const who = subscriber({ topics: ['theory'], mutedTopics: ['hardware'], learned: likesMamba });
    const chosen = ranks(selectPapers(poolOf(muted), who, new Set([...seen, nearest.id])));
    expect(chosen.sort()).toEqual([3, 5]);
  });

  it('Papers with a keyword or by a name come before those like liked ones', () => {
    const explicit: Partial<Record<number, Partial<RankedPaper>>> = {
      5: { authors: ['Ada Lovelace'], popularity: 0 },
      7: { ...STATELESS, popularity: 0 },
    };
    const pool = poolOf(offTopic.map((each) => ({ ...each, ...explicit[each.rank] })));
    const who = { ...follower(likesMamba), keywords: ['stateless'], names: ['Ada Lovelace'] };
    const first = ranks(selectPapers(pool, { ...who, papers: 2 }, seen));
    expect(first.sort()).toEqual([5, 7]);
  });
});

describe('reasons', () => {
  it('Ten papers on one topic have the topic as a label, and no sentence stands in all of them', () => {
    const facts = [
      { codeUrl: 'https://example.org' },
      { codeUrl: 'https://example.org', upvotes: 3, popularity: 0.9 },
      {},
      {},
      { codeUrl: 'https://example.org' },
      {},
    ];
    const papers = rankedPapers(30, (rank) => ({ ...on('theory'), ...facts[rank % facts.length] }));
    const selection = selectPapers(poolOf(papers), subscriber({ topics: ['theory'] }), NOTHING);
    const reasons = selection.map(({ reason }) => reason.replace('Theory.', '').trim());
    expect(reasons).toHaveLength(10);
    const times = (sentence: string) => reasons.filter((reason) => reason === sentence).length;
    expect(times('One of the most discussed today.')).toBeGreaterThan(0);
    for (const sentence of ['Code available.', 'One of the most discussed today.', ''])
      expect(times(sentence)).toBeLessThanOrEqual(6);
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
    .map((list) => rankPapers(list.map((changes, number) => buildTopicPaper(number, changes))));
  const subscribers = fc
    .record({
      topics: fc.subarray(slugs),
      keywords: fc.subarray(['stateless', 'unsaid']),
      papers: fc.integer({ min: 1, max: 20 }),
    })
    .map(subscriber);
  /** The papers of the ranks in `output` mention “stateless”. */
  const poolFor = (list: RankedPaper[], output: readonly number[]) => {
    const stated = list.map((each) =>
      output.includes(each.rank) ? { ...each, ...STATELESS } : each,
    );
    return poolOf(stated, {
      similarity: createSimilarity(list),
      mostDiscussedRank: findMostDiscussedRank(list),
    });
  };

  it('A selection has no more papers than asked for, none twice, none seen, and only matches', () => {
    fc.assert(
      fc.property(
        papers,
        subscribers,
        fc.array(fc.nat(24)),
        fc.array(fc.nat(24)),
        (list, who, output, seenAt) => {
          const seen = new Set(seenAt.flatMap((rank) => list[rank]?.id ?? []));
          const selection = selectPapers(poolFor(list, output), who, seen);
          const chosen = ranks(selection);
          const requested = list.filter(
            (each) =>
              !seen.has(each.id) &&
              (who.topics.length + who.keywords.length === 0 ||
                each.topics.some(({ slug }) => who.topics.includes(slug)) ||
                (who.keywords.includes('stateless') && output.includes(each.rank))),
          );
          expect(selection).toHaveLength(Math.min(who.papers, requested.length));
          expect(new Set(chosen).size).toBe(chosen.length);
          expect(chosen.every((rank) => requested.some((each) => each.rank === rank))).toBe(true);
          const horses = selection.filter(({ isDarkHorse }) => isDarkHorse);
          expect(horses.length).toBeLessThanOrEqual(1);
          if (horses[0]) expect(selection.indexOf(horses[0])).toBe(4);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('A selection does not depend on the subscribers before', () => {
    fc.assert(
      fc.property(papers, subscribers, subscribers, (list, who, other) => {
        const pool = poolFor(list, [1, 5]);
        const first = selectPapers(pool, who, NOTHING);
        selectPapers(pool, other, NOTHING);
        expect(selectPapers(pool, who, NOTHING)).toEqual(first);
        expect(selectPapers(poolFor(list, [1, 5]), who, NOTHING)).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });

  it('A smaller selection starts like a larger one, up to the dark horse', () => {
    fc.assert(
      fc.property(papers, subscribers, (list, who) => {
        const pool = poolFor(list, []);
        const four = selectPapers(pool, { ...who, papers: 4 }, NOTHING);
        const twenty = selectPapers(pool, { ...who, papers: 20 }, NOTHING);
        expect(twenty.slice(0, 4)).toEqual(four);
      }),
      { numRuns: 200 },
    );
  });

  const anyone = fc
    .record({
      topics: fc.subarray(slugs),
      mutedTopics: fc.subarray(slugs),
      keywords: fc.subarray(['stateless', 'unsaid']),
      names: fc.subarray(['Ada Lovelace']),
      papers: fc.integer({ min: 1, max: 20 }),
      minutes: fc.option(fc.integer({ min: 1, max: 10 })),
      relevanceThreshold: fc.constantFrom(...RELEVANCE_THRESHOLDS),
      learned: fc.option(fc.constant('12\t+5000-3000\tsparse\tagent')),
    })
    .map(subscriber);
  const byAda = fc.array(fc.nat(24)).map((places) => new Set(places));
  const situations = fc.record({
    list: papers,
    who: anyone,
    said: fc.array(fc.nat(24)),
    ada: byAda,
  });

  function selectIn({
    list,
    who,
    said: output,
    ada,
  }: {
    list: RankedPaper[];
    who: SelectionPreferences;
    said: number[];
    ada: Set<number>;
  }) {
    const all = list.map((each) =>
      ada.has(each.rank) ? { ...each, authors: ['Ada Lovelace'] } : each,
    );
    const isOwn = ({ rank }: { rank: number }) =>
      (who.keywords.includes('stateless') && output.includes(rank)) ||
      (who.names.length > 0 && ada.has(rank));
    const selection = selectPapers(poolFor(all, output), who, NOTHING);
    const chosen = selection.map(({ rank }) => all[rank] as RankedPaper);
    const isMuted = ({ topics }: RankedPaper) =>
      topics.some(({ slug }) => who.mutedTopics.includes(slug));
    const darkHorse = selection.findIndex(({ isDarkHorse }) => isDarkHorse);
    return { all, chosen, isOwn, isMuted, darkHorse: darkHorse === -1 ? null : darkHorse };
  }

  it('A selection has papers on muted topics only if they match a keyword or a name', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { chosen, isOwn, isMuted } = selectIn(situation);
        expect(chosen.filter((each) => isMuted(each) && !isOwn(each))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('A topic does not exceed its share of a selection unless no other paper is left', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { all, chosen, isOwn, isMuted } = selectIn(situation);
        const { topics, keywords, names } = situation.who;
        const most = maxPapersPerTopic(
          maxTopicShare(topics.length, situation.who.learned !== null),
          chosen.length,
        );
        const firstTopic = (each: RankedPaper) => each.topics[0]?.slug;
        const isCandidate = (each: RankedPaper) =>
          isOwn(each) ||
          (!isMuted(each) &&
            (topics.length + keywords.length + names.length === 0 ||
              each.topics.some(({ slug }) => topics.includes(slug))));
        const capped = chosen.filter((each) => !isOwn(each));
        const countOn = (slug: string) => capped.filter((each) => firstTopic(each) === slug).length;
        const flooded = slugs.filter((slug) => countOn(slug) > most);
        if (flooded.length === 0) return;
        const left = all.filter((each) => isCandidate(each) && !chosen.includes(each));
        const isFull = (slug: string | undefined) =>
          slug !== undefined && countOn(slug) >= most - 1;
        expect(left.filter((each) => isOwn(each) || !isFull(firstTopic(each)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('A selection stays within the reading time unless it is a single paper', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { all, chosen, darkHorse } = selectIn(situation);
        const { minutes } = situation.who;
        if (minutes === null || chosen.length <= 1) return;
        const words = createShownWordCounter(all)(
          chosen.map(({ rank }) => rank),
          darkHorse,
        );
        expect(words).toBeLessThanOrEqual(minutes * WORDS_PER_MINUTE);
        expect(chosen.length).toBeLessThanOrEqual(20);
      }),
      { numRuns: 300 },
    );
  });

  it('A selection meets the relevance threshold or is empty', () => {
    const minPopularity = { low: 0, middle: 0.5, high: 0.8 };
    const minLikeness = { low: -1, middle: 0.1, high: 0.15 };
    fc.assert(
      fc.property(situations, (situation) => {
        const { all, chosen, isOwn } = selectIn(situation);
        if (chosen.length === 0) return;
        const { learned, relevanceThreshold } = situation.who;
        const scorer = createProfileScorer(all.length);
        if (learned !== null) scorer.load(termsIn(all), learned);
        const relevant = chosen.filter(
          (each) =>
            isOwn(each) ||
            each.popularity >= minPopularity[relevanceThreshold] ||
            scorer.likeness(all.indexOf(each)) >= minLikeness[relevanceThreshold],
        );
        expect(relevant.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
