import type { RankedPaper } from '../digests/digest.ts';
import { createKeywordLookup } from '../keywords/keyword-lookup.ts';
import type { KeywordMatch } from '../keywords/keyword-pattern.ts';
import type { PaperTopic } from '../papers/paper.ts';
import type { Preferences } from '../subscribers/subscriber.ts';
import { createNameLookup, type NameMatch } from './name-lookup.ts';

/** The least interest of a paper that contains a keyword or is by a followed name. Topics score
 *  less. */
export const EXPLICIT_INTEREST = 1;

const NAME_INTEREST = EXPLICIT_INTEREST + 1;

/** Scores the papers of a digest by what a subscriber follows. Its arrays are reused from one
 *  subscriber to the next. */
export interface InterestScorer {
  /** Computes the scores of a subscriber. */
  load(subscriber: Pick<Preferences, 'topics' | 'keywords' | 'names' | 'mutedTopics'>): void;
  /** For each paper 0 to 2: from `EXPLICIT_INTEREST` by how strongly it mentions a keyword, at most
   *  for a followed name; else by the score of the best followed topic that it matches. */
  readonly scores: Float64Array;
  /**
   * For each paper 1 if one of its topics is muted. A weaker match does not mute it: one word in
   * passing would hide papers that the subscriber wants, and nobody would notice.
   */
  readonly muted: Uint8Array;
  /** The first of the names that the paper is by, or null. */
  findNameMatch(names: readonly string[], paperIndex: number): NameMatch | null;
  /** How the paper mentions the keywords, the strongest mention first; each quotation once. */
  findKeywordMatches(keywords: readonly string[], paperIndex: number): KeywordMatch[];
}

export function createInterestScorer(papers: readonly RankedPaper[]): InterestScorer {
  const scores = new Float64Array(papers.length);
  const muted = new Uint8Array(papers.length);
  const byTopic = computeInterestsByTopic(papers);
  const indexesByTopic = groupByShownTopic(papers);
  const byName = createNameLookup(papers);
  const byKeyword = createKeywordLookup(papers);
  return {
    scores,
    muted,
    load: (subscriber) => {
      scores.fill(0);
      for (const topic of subscriber.topics) {
        for (const { paperIndex, value } of byTopic.get(topic) ?? NO_INTERESTS) {
          if (value > (scores[paperIndex] as number)) scores[paperIndex] = value;
        }
      }
      for (const keyword of subscriber.keywords)
        for (const [paperIndex, { strength }] of byKeyword(keyword)) {
          const value = EXPLICIT_INTEREST + strength;
          if (value > (scores[paperIndex] as number)) scores[paperIndex] = value;
        }
      for (const name of subscriber.names)
        for (const paperIndex of byName(name).keys()) scores[paperIndex] = NAME_INTEREST;
      muted.fill(0);
      for (const topic of subscriber.mutedTopics) {
        for (const paperIndex of indexesByTopic.get(topic) ?? NO_INDEXES) muted[paperIndex] = 1;
      }
    },
    findNameMatch: (names, paperIndex) => {
      for (const name of names) {
        const nameMatch = byName(name).get(paperIndex);
        if (nameMatch !== undefined) return nameMatch;
      }
      return null;
    },
    findKeywordMatches: (keywords, paperIndex) => {
      const matches = new Map<string, KeywordMatch>();
      for (const keyword of keywords) {
        const match = byKeyword(keyword).get(paperIndex);
        if (match !== undefined) matches.set(match.quote, match);
      }
      return [...matches.values()].sort((a, b) => b.strength - a.strength);
    },
  };
}

interface TopicInterest {
  paperIndex: number;
  value: number;
}

const NO_INTERESTS: readonly TopicInterest[] = [];
const NO_INDEXES: readonly number[] = [];

/** Full-text score that gives half of the maximum interest. */
const HALF_SATURATION_SCORE = 0.1;

/** A topic that is not among a paper's best ones counts half. */
const OTHER_TOPIC_SHARE = 0.5;

/** For each topic, the interest of all papers that match it: above 0, below `EXPLICIT_INTEREST`. */
function computeInterestsByTopic(papers: readonly RankedPaper[]): Map<string, TopicInterest[]> {
  const interests = new Map<string, TopicInterest[]>();
  for (const [paperIndex, { topics, otherTopics }] of papers.entries()) {
    const add = ({ slug, score }: PaperTopic, share: number) => {
      const list = interests.get(slug) ?? [];
      interests.set(slug, list);
      list.push({ paperIndex, value: (share * score) / (score + HALF_SATURATION_SCORE) });
    };
    for (const topic of topics) add(topic, 1);
    for (const topic of otherTopics) add(topic, OTHER_TOPIC_SHARE);
  }
  return interests;
}

/** For each topic, the indexes of the papers that are shown with it. */
function groupByShownTopic(papers: readonly RankedPaper[]): Map<string, number[]> {
  const indexes = new Map<string, number[]>();
  for (const [paperIndex, { topics }] of papers.entries()) {
    for (const { slug } of topics) {
      const list = indexes.get(slug) ?? [];
      indexes.set(slug, list);
      list.push(paperIndex);
    }
  }
  return indexes;
}
