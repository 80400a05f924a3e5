import type { RankedPaper } from './digest.ts';
import { type Byline, createNameMatches } from './names.ts';
import type { Preferences } from './subscriber.ts';

/** For each keyword, the ranks of the papers that say it. */
export type KeywordMatches = ReadonlyMap<string, ReadonlySet<number>>;

/** The interest of a paper that says one of the reader's words or is by one of the names: no topic gives so
 *  much. */
export const OWN = 1;

/** What a reader's wishes say of the papers of a digest. Its memory serves one reader after the other. */
export interface Interest {
  /** Looks at what a reader follows and mutes. */
  read(
    reader: Pick<Preferences, 'topics' | 'keywords' | 'names' | 'mutedTopics'>,
    keywordMatches: KeywordMatches,
  ): void;
  /** For each paper 0 to 1: `OWN`, else by its best followed topic, as Postgres scores it. */
  readonly values: Float64Array;
  /** For each paper 1 when a topic of it is muted. */
  readonly muted: Uint8Array;
  /** By which of the names a paper is, or null. */
  byline(names: readonly string[], place: number): Byline | null;
}

/** Of these papers, by their places. */
export function createInterest(papers: readonly RankedPaper[]): Interest {
  const values = new Float64Array(papers.length);
  const muted = new Uint8Array(papers.length);
  const ranks = papers.map(({ rank }) => rank);
  const byTopic = interestsByTopic(papers);
  const byName = createNameMatches(papers);
  return {
    values,
    muted,
    read: (reader, keywordMatches) => {
      values.fill(0);
      for (const topic of reader.topics) {
        for (const { place, value } of byTopic.get(topic) ?? NONE) {
          if (value > (values[place] as number)) values[place] = value;
        }
      }
      for (const keyword of reader.keywords) {
        const matches = keywordMatches.get(keyword);
        if (!matches || matches.size === 0) continue;
        for (const [place, rank] of ranks.entries()) if (matches.has(rank)) values[place] = OWN;
      }
      for (const name of reader.names) for (const place of byName(name).keys()) values[place] = OWN;
      muted.fill(0);
      for (const topic of reader.mutedTopics) {
        for (const { place } of byTopic.get(topic) ?? NONE) muted[place] = 1;
      }
    },
    byline: (names, place) => {
      for (const name of names) {
        const byline = byName(name).get(place);
        if (byline !== undefined) return byline;
      }
      return null;
    },
  };
}

interface TopicInterest {
  /** Of the paper in the list. */
  place: number;
  value: number;
}

const NONE: readonly TopicInterest[] = [];

/** A score that gives half of the interest. */
const HALF_INTEREST = 0.1;

/** For each topic, how much each of its papers interests its followers: above 0, below `OWN`. */
function interestsByTopic(papers: readonly RankedPaper[]): Map<string, TopicInterest[]> {
  const interests = new Map<string, TopicInterest[]>();
  for (const [place, { topics }] of papers.entries()) {
    for (const { slug, score } of topics) {
      const list = interests.get(slug) ?? [];
      interests.set(slug, list);
      list.push({ place, value: score / (score + HALF_INTEREST) });
    }
  }
  return interests;
}
