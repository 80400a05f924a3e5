import type { RankedPaper } from '../digests/digest.ts';
import type { Preferences } from '../subscribers/subscriber.ts';
import { createNameLookup, type NameMatch } from './name-lookup.ts';

/** For each keyword, the ranks of the papers that say it. */
export type KeywordMatches = ReadonlyMap<string, ReadonlySet<number>>;

/** The interest of a paper that says one of the reader's words or is by one of the names: no topic gives so
 *  much. */
export const EXPLICIT_INTEREST = 1;

/** What a reader's wishes say of the papers of a digest. Its memory serves one reader after the other. */
export interface InterestScorer {
  /** Looks at what a reader follows and mutes. */
  load(
    subscriber: Pick<Preferences, 'topics' | 'keywords' | 'names' | 'mutedTopics'>,
    keywordMatches: KeywordMatches,
  ): void;
  /** For each paper 0 to 1: `OWN`, else by its best followed topic, as Postgres scores it. */
  readonly scores: Float64Array;
  /** For each paper 1 when a topic of it is muted. */
  readonly muted: Uint8Array;
  /** By which of the names a paper is, or null. */
  findNameMatch(names: readonly string[], paperIndex: number): NameMatch | null;
}

/** Of these papers, by their places. */
export function createInterestScorer(papers: readonly RankedPaper[]): InterestScorer {
  const scores = new Float64Array(papers.length);
  const muted = new Uint8Array(papers.length);
  const ranks = papers.map(({ rank }) => rank);
  const byTopic = computeInterestsByTopic(papers);
  const byName = createNameLookup(papers);
  return {
    scores,
    muted,
    load: (subscriber, keywordMatches) => {
      scores.fill(0);
      for (const topic of subscriber.topics) {
        for (const { paperIndex, value } of byTopic.get(topic) ?? NO_INTERESTS) {
          if (value > (scores[paperIndex] as number)) scores[paperIndex] = value;
        }
      }
      for (const keyword of subscriber.keywords) {
        const matches = keywordMatches.get(keyword);
        if (!matches || matches.size === 0) continue;
        for (const [paperIndex, rank] of ranks.entries())
          if (matches.has(rank)) scores[paperIndex] = EXPLICIT_INTEREST;
      }
      for (const name of subscriber.names)
        for (const paperIndex of byName(name).keys()) scores[paperIndex] = EXPLICIT_INTEREST;
      muted.fill(0);
      for (const topic of subscriber.mutedTopics) {
        for (const { paperIndex } of byTopic.get(topic) ?? NO_INTERESTS) muted[paperIndex] = 1;
      }
    },
    findNameMatch: (names, paperIndex) => {
      for (const name of names) {
        const nameMatch = byName(name).get(paperIndex);
        if (nameMatch !== undefined) return nameMatch;
      }
      return null;
    },
  };
}

interface TopicInterest {
  /** Of the paper in the list. */
  paperIndex: number;
  value: number;
}

const NO_INTERESTS: readonly TopicInterest[] = [];

/** A score that gives half of the interest. */
const HALF_SATURATION_SCORE = 0.1;

/** For each topic, how much each of its papers interests its followers: above 0, below `OWN`. */
function computeInterestsByTopic(papers: readonly RankedPaper[]): Map<string, TopicInterest[]> {
  const interests = new Map<string, TopicInterest[]>();
  for (const [paperIndex, { topics }] of papers.entries()) {
    for (const { slug, score } of topics) {
      const list = interests.get(slug) ?? [];
      interests.set(slug, list);
      list.push({ paperIndex, value: score / (score + HALF_SATURATION_SCORE) });
    }
  }
  return interests;
}
