import { createChoice } from './choice.ts';
import type { DigestKind, RankedPaper, Selection } from './digest.ts';
import { baseScore, WEIGHTS } from './ranking.ts';
import { describeReason } from './reason.ts';
import type { Similarity } from './similarity.ts';
import type { Preferences } from './subscriber.ts';

/** What all selections of a digest share. */
export interface SelectionFacts {
  kind: DigestKind;
  papers: readonly RankedPaper[];
  /** Of these papers by their places. */
  similarity: Similarity;
  topicNames: ReadonlyMap<string, string>;
  /** The rank of the paper that may be called the most discussed, or null. */
  mostDiscussedRank: number | null;
}

/** For each keyword, the ranks of the papers that say it. */
export type KeywordMatches = ReadonlyMap<string, ReadonlySet<number>>;

type Reader = Pick<Preferences, 'topics' | 'keywords' | 'papers'>;

/**
 * The papers that one reader sees, the lead first. Readers who follow topics or words get only
 * papers that match them; others the best of the day. Nothing in `seen` comes again. May be empty.
 */
export type Selector = (
  reader: Reader,
  seen: ReadonlySet<string>,
  keywordMatches: KeywordMatches,
) => Selection;

/** The place of the dark horse, after the lead and three stories; smaller selections have none. */
const DARK_HORSE_PLACE = 4;
const DARK_HORSE_POPULARITY = 0.3;

/** A selector for a digest. What does not depend on the reader is computed here, once. */
export function createSelector(facts: SelectionFacts): Selector {
  const { papers, similarity } = facts;
  const base = Float64Array.from(papers, baseScore);
  const popularity = Float64Array.from(papers, (paper) => paper.popularity);
  const ranks = papers.map(({ rank }) => rank);
  const interests = interestsByTopic(papers);
  const reasonOf = createReasons(facts);
  const choice = createChoice(papers.length, similarity);
  /** 0 to 1 for each paper: 1 when it says one of the reader's words, else by its best followed topic. */
  const interest = new Float64Array(papers.length);

  const weigh = (reader: Reader, keywordMatches: KeywordMatches) => {
    interest.fill(0);
    for (const topic of reader.topics) {
      for (const { place, value } of interests.get(topic) ?? NONE) {
        if (value > (interest[place] ?? 0)) interest[place] = value;
      }
    }
    for (const keyword of reader.keywords) {
      const matches = keywordMatches.get(keyword);
      if (!matches || matches.size === 0) continue;
      for (const [place, rank] of ranks.entries()) if (matches.has(rank)) interest[place] = 1;
    }
  };

  return (reader, seen, keywordMatches) => {
    const hasWishes = reader.topics.length > 0 || reader.keywords.length > 0;
    weigh(reader, keywordMatches);
    choice.clear();
    for (let place = 0; place < papers.length; place += 1) {
      const mine = interest[place] as number;
      if (hasWishes && mine === 0) continue;
      if (seen.size > 0 && seen.has((papers[place] as RankedPaper).id)) continue;
      choice.offer(place, (base[place] as number) + WEIGHTS.interest * mine);
    }
    const hasDarkHorse =
      reader.papers > DARK_HORSE_PLACE + 1 && choice.offered > DARK_HORSE_PLACE + 1;
    choice.takeBest(hasDarkHorse ? DARK_HORSE_PLACE : reader.papers);
    const darkHorse = hasDarkHorse ? findDarkHorse(popularity, interest, choice.isOpen) : null;
    if (darkHorse !== null) choice.take(darkHorse);
    if (hasDarkHorse) choice.takeBest(reader.papers - choice.taken.length);
    return choice.taken.map((place) => {
      const isDarkHorse = place === darkHorse;
      const reason = reasonOf(place, reader, keywordMatches, isDarkHorse);
      const rank = ranks[place] as number;
      return isDarkHorse ? { rank, reason, isDarkHorse } : { rank, reason };
    });
  };
}

interface Interest {
  /** Of the paper in the list. */
  place: number;
  value: number;
}

const NONE: readonly Interest[] = [];

/** For each topic, how much each of its papers interests its followers, 0 to 1. */
function interestsByTopic(papers: readonly RankedPaper[]): Map<string, Interest[]> {
  const interests = new Map<string, Interest[]>();
  for (const [place, { topics }] of papers.entries()) {
    for (const { slug, score } of topics) {
      const list = interests.get(slug) ?? [];
      interests.set(slug, list);
      list.push({ place, value: score / (score + 0.1) });
    }
  }
  return interests;
}

/** The paper of the highest interest among those that few have noticed. */
function findDarkHorse(
  popularity: Float64Array,
  interest: Float64Array,
  isOpen: (place: number) => boolean,
): number | null {
  let best: number | null = null;
  for (let place = 0; place < interest.length; place += 1) {
    const mine = interest[place] as number;
    if (mine === 0 || !isOpen(place)) continue;
    if ((popularity[place] as number) >= DARK_HORSE_POPULARITY) continue;
    if (best === null || mine > (interest[best] ?? 0)) best = place;
  }
  return best;
}

type ReasonOf = (
  place: number,
  reader: Reader,
  keywordMatches: KeywordMatches,
  isDarkHorse: boolean,
) => string;

/** Reasons, described once for all readers whom a paper concerns by the same topics. */
function createReasons({ kind, papers, topicNames, mostDiscussedRank }: SelectionFacts): ReasonOf {
  const shelves = papers.map(({ rank, topics }) => ({
    rank,
    slugs: topics.map(({ slug }) => slug),
    known: new Map<number, string>(),
  }));
  const nameOf = (slug: string) => topicNames.get(slug) ?? slug;

  const describe = (
    paper: RankedPaper,
    followed: readonly string[],
    saidKeywords: readonly string[],
    isDarkHorse: boolean,
  ) => {
    const [topic] = paper.topics;
    return describeReason({
      kind,
      followedTopics: followed.map(nameOf),
      saidKeywords,
      isMostDiscussed: paper.rank === mostDiscussedRank,
      popularity: paper.popularity,
      hasCode: paper.codeUrl !== null,
      isUndiscussed: paper.upvotes + paper.comments === 0,
      isDarkHorse,
      topic: topic ? nameOf(topic.slug) : null,
    });
  };

  return (place, reader, keywordMatches, isDarkHorse) => {
    const { rank, slugs, known } = shelves[place] as (typeof shelves)[number];
    const isFollowed = (slug: string) => reader.topics.includes(slug);
    const describeFor = (saidKeywords: readonly string[]) =>
      describe(papers[place] as RankedPaper, slugs.filter(isFollowed), saidKeywords, isDarkHorse);
    for (const keyword of reader.keywords) {
      if (keywordMatches.get(keyword)?.has(rank) !== true) continue;
      return describeFor(reader.keywords.filter((each) => keywordMatches.get(each)?.has(rank)));
    }
    let key = isDarkHorse ? 1 : 0;
    for (let bit = 0; bit < slugs.length; bit += 1) {
      if (isFollowed(slugs[bit] as string)) key += 2 ** (bit + 1);
    }
    const before = known.get(key);
    if (before !== undefined) return before;
    const reason = describeFor([]);
    known.set(key, reason);
    return reason;
  };
}
