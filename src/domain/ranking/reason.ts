import type { NameMatch } from './name-lookup.ts';

/**
 * Why a paper is in a selection, as data: what it says of the paper, and which of the subscriber's
 * preferences the paper matches. Topics are slugs. `copy/en/reasons.ts` has the sentences.
 */
export type Reason =
  /** The most discussed of the digest's papers on a followed topic. */
  | { kind: 'leading'; topic: string; paperCount: number }
  /** On a followed topic and another one. */
  | { kind: 'meeting'; topic: string; otherTopic: string }
  /** Its abstract reports this number. */
  | { kind: 'keyResult'; keyResult: string; match: ReasonMatch }
  | { kind: PlainReasonKind; match: ReasonMatch };

type PlainReasonKind =
  /** Dark horses: nobody has discussed the paper, or few have. */
  | 'undiscussed'
  | 'littleNoticed'
  /** The most discussed paper of the digest, or one of them. */
  | 'mostDiscussed'
  | 'muchDiscussed'
  | 'code'
  | 'noticed'
  /** Only the match, in two wordings. */
  | 'match'
  | 'matchReworded';

export type ReasonKind = Reason['kind'];

export const REASON_KINDS = [
  'leading',
  'meeting',
  'keyResult',
  'undiscussed',
  'littleNoticed',
  'mostDiscussed',
  'muchDiscussed',
  'code',
  'noticed',
  'match',
  'matchReworded',
] as const satisfies ReasonKind[];

/** The preferences or learned terms that a paper matches. */
export type ReasonMatch =
  | NameMatch
  /** Words of the paper, as they stand there. */
  | { kind: 'keywords'; keywords: readonly string[] }
  /** Terms of papers that the subscriber liked. */
  | { kind: 'learnedTerms'; terms: readonly string[] }
  /** Followed topics, the best match first. */
  | { kind: 'topics'; topics: readonly string[] }
  /** No match; the paper's first topic. */
  | { kind: 'otherTopic'; topic: string }
  | { kind: 'none' };

/** The facts that reasons are made from. */
export interface ReasonFacts {
  /** The name that the subscriber follows and that the paper is by, or null. */
  nameMatch: NameMatch | null;
  /** The subscriber's keywords as they stand in the paper, the strongest match first. */
  matchedKeywords: readonly string[];
  /** Terms of the paper learned from feedback, at most two. */
  learnedTerms: readonly string[];
  /** Slugs of the paper's topics that the subscriber follows, the best match first. */
  followedTopics: readonly string[];
  /** Slug of the paper's first topic that the subscriber does not follow. */
  unfollowedTopic: string | null;
  isMostDiscussed: boolean;
  /** Number of papers on the first followed topic if this is the most discussed of them, else 0. */
  ledTopicPaperCount: number;
  /** Share of its day's papers that are less popular, 0 to 1. */
  popularity: number;
  hasCode: boolean;
  /** The number that its abstract reports, as written there. */
  keyResult: string | null;
  isUndiscussed: boolean;
  isDarkHorse: boolean;
}

/** Popularity from which a paper counts as much discussed. */
const MUCH_DISCUSSED_POPULARITY = 0.8;

/** A sentence with more keywords would be a list. */
const MAX_KEYWORDS = 3;

/** All reasons that are true of a paper for a subscriber, the strongest first; at least one. */
export function listReasons(facts: ReasonFacts): Reason[] {
  if (facts.isDarkHorse)
    return [
      {
        kind: facts.isUndiscussed ? 'undiscussed' : 'littleNoticed',
        match: findTopicMatch(facts) ?? findMatch(facts),
      },
    ];
  const match = findMatch(facts);
  if (facts.isMostDiscussed) return [{ kind: 'mostDiscussed', match }];
  return [
    ...listRemarks(facts, match),
    { kind: 'match', match },
    ...(match.kind === 'none' ? [] : [{ kind: 'matchReworded', match } as const]),
  ];
}

function findMatch(facts: ReasonFacts): ReasonMatch {
  const { nameMatch, matchedKeywords, learnedTerms, unfollowedTopic } = facts;
  if (nameMatch !== null) return nameMatch;
  if (matchedKeywords.length > 0)
    return { kind: 'keywords', keywords: matchedKeywords.slice(0, MAX_KEYWORDS) };
  if (learnedTerms.length > 0) return { kind: 'learnedTerms', terms: learnedTerms };
  return (
    findTopicMatch(facts) ??
    (unfollowedTopic === null ? { kind: 'none' } : { kind: 'otherTopic', topic: unfollowedTopic })
  );
}

function findTopicMatch({ followedTopics }: ReasonFacts): ReasonMatch | null {
  return followedTopics.length === 0 ? null : { kind: 'topics', topics: followedTopics };
}

/** What is remarkable about the paper itself, the strongest first. */
function listRemarks(facts: ReasonFacts, match: ReasonMatch): Reason[] {
  const { unfollowedTopic, popularity, isUndiscussed, hasCode, keyResult } = facts;
  const onlyTopic =
    match.kind === 'topics' && match.topics.length === 1 ? match.topics[0] : undefined;
  const isDiscussed = popularity >= MUCH_DISCUSSED_POPULARITY && !isUndiscussed;
  const remarks: (false | Reason)[] = [
    onlyTopic !== undefined &&
      facts.ledTopicPaperCount > 2 && {
        kind: 'leading',
        topic: onlyTopic,
        paperCount: facts.ledTopicPaperCount,
      },
    isDiscussed && { kind: 'muchDiscussed', match },
    hasCode && { kind: 'code', match },
    onlyTopic !== undefined &&
      unfollowedTopic !== null && {
        kind: 'meeting',
        topic: onlyTopic,
        otherTopic: unfollowedTopic,
      },
    keyResult !== null && { kind: 'keyResult', keyResult, match },
    !isDiscussed && !isUndiscussed && { kind: 'noticed', match },
  ];
  return remarks.filter((remark) => remark !== false);
}
