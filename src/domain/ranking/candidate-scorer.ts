import type { RankedPaper } from '../digests/digest.ts';
import type { Preferences } from '../subscribers/subscriber.ts';
import { createInterestScorer, EXPLICIT_INTEREST, type InterestScorer } from './interest-scorer.ts';
import { createProfileScorer, type ProfileScorer } from './profile-score.ts';
import { computeBaseScore, SCORE_WEIGHTS } from './ranking.ts';
import type { TermIndex } from './term-index.ts';

/** The preferences that decide which papers are candidates. */
export interface CandidatePreferences
  extends Pick<Preferences, 'topics' | 'topicsOnly' | 'keywords' | 'names' | 'mutedTopics'> {
  /** The packed terms learned from feedback, or null. */
  learned: string | null;
}

/** Data looked up for a subscriber. */
export interface SelectionLookups {
  /** Ids of papers that the subscriber was sent before. */
  seenPaperIds: ReadonlySet<string>;
  /** Needed to use learned terms; null ignores them. */
  terms: TermIndex | null;
}

/** Finds and scores the candidates of one subscriber after the other. */
interface CandidateScorer {
  /** Computes the scores of a subscriber. */
  load(subscriber: CandidatePreferences, lookups: SelectionLookups): void;
  /** Whether the subscriber has learned terms that are used. */
  readonly hasProfile: boolean;
  /** Whether a paper may be selected. */
  isCandidate(paperIndex: number): boolean;
  /** The whole score of a candidate. */
  score(paperIndex: number): number;
  /** The part of each candidate's score that is different for each subscriber. */
  readonly personalScores: Float64Array;
  /** Whether a paper matches a keyword or a name. */
  isExplicitMatch(paperIndex: number): boolean;
  /** Whether a paper matches what the subscriber follows or is near what they liked; without both,
   *  every paper is. */
  isOfInterest(paperIndex: number): boolean;
  /** The likeness of a paper to those that the subscriber liked; 0 without learned terms. */
  likeness(paperIndex: number): number;
  /** The `explainingKey` of the profile score; 0 without learned terms. */
  explainingKey(paperIndex: number): number;
  findNameMatch: InterestScorer['findNameMatch'];
  findKeywordMatches: InterestScorer['findKeywordMatches'];
}

/** Profile score from which a paper is of interest although it matches nothing that the subscriber
 *  follows. */
const MIN_OFF_TOPIC_SCORE = 0.3;

/** Creates the scorer of a digest. Its arrays are reused from one subscriber to the next. */
export function createCandidateScorer(papers: readonly RankedPaper[]): CandidateScorer {
  const baseScores = Float64Array.from(papers, computeBaseScore);
  const personalScores = new Float64Array(papers.length);
  const candidates = new Uint8Array(papers.length);
  const interestScorer = createInterestScorer(papers);
  const profileScorer = createProfileScorer(papers.length);
  const { scores: interests, muted } = interestScorer;
  let hasProfile = false;

  const isExplicitMatch = (paperIndex: number) =>
    (interests[paperIndex] as number) >= EXPLICIT_INTEREST;

  /** Marks the papers that are neither muted nor seen. */
  const markAllowed = (seen: ReadonlySet<string>, hasMuted: boolean) => {
    candidates.fill(1);
    if (hasMuted)
      for (let paperIndex = 0; paperIndex < papers.length; paperIndex += 1)
        if (muted[paperIndex] === 1 && !isExplicitMatch(paperIndex)) candidates[paperIndex] = 0;
    if (seen.size > 0)
      for (let paperIndex = 0; paperIndex < papers.length; paperIndex += 1)
        if (seen.has((papers[paperIndex] as RankedPaper).id)) candidates[paperIndex] = 0;
  };

  const findBestLikeness = () => {
    let best = 0;
    for (let paperIndex = 0; paperIndex < papers.length; paperIndex += 1) {
      const likeness = profileScorer.likeness(paperIndex);
      if (likeness > best && candidates[paperIndex] === 1) best = likeness;
    }
    return best;
  };

  const unmarkUnwanted = (acceptsOffTopic: boolean) => {
    for (let paperIndex = 0; paperIndex < papers.length; paperIndex += 1) {
      if (interests[paperIndex] !== 0 || candidates[paperIndex] === 0) continue;
      if (!acceptsOffTopic || !isNearLikes(profileScorer, paperIndex)) candidates[paperIndex] = 0;
    }
  };

  const scorePersonally = () => {
    const { weight } = profileScorer;
    for (let paperIndex = 0; paperIndex < papers.length; paperIndex += 1) {
      if (candidates[paperIndex] === 0) continue;
      const interest = interests[paperIndex] as number;
      let score = SCORE_WEIGHTS.topic * interest;
      if (interest >= EXPLICIT_INTEREST) score += SCORE_WEIGHTS.explicit;
      if (hasProfile) score += weight * profileScorer.score(paperIndex);
      personalScores[paperIndex] = score;
    }
  };

  return {
    load: (subscriber, { seenPaperIds, terms }) => {
      const { topics, topicsOnly, keywords, names, mutedTopics, learned } = subscriber;
      interestScorer.load(subscriber);
      markAllowed(seenPaperIds, mutedTopics.length > 0);
      hasProfile = terms !== null && learned !== null;
      if (terms !== null && learned !== null) {
        profileScorer.load(terms, learned);
        profileScorer.scaleTo(findBestLikeness());
      }
      const followsSomething = topics.length + keywords.length + names.length > 0;
      if (followsSomething) unmarkUnwanted(hasProfile && !topicsOnly);
      scorePersonally();
    },
    get hasProfile() {
      return hasProfile;
    },
    isCandidate: (paperIndex) => candidates[paperIndex] === 1,
    score: (paperIndex) =>
      (baseScores[paperIndex] as number) + (personalScores[paperIndex] as number),
    personalScores,
    isExplicitMatch,
    isOfInterest: (paperIndex) =>
      !hasProfile ||
      !profileScorer.hasLikes ||
      interests[paperIndex] !== 0 ||
      isNearLikes(profileScorer, paperIndex),
    likeness: (paperIndex) => (hasProfile ? profileScorer.likeness(paperIndex) : 0),
    explainingKey: (paperIndex) => (hasProfile ? profileScorer.explainingKey(paperIndex) : 0),
    findNameMatch: interestScorer.findNameMatch,
    findKeywordMatches: interestScorer.findKeywordMatches,
  };
}

/** Near enough to what the subscriber liked, for reasons that can be given. */
function isNearLikes(profileScorer: ProfileScorer, paperIndex: number): boolean {
  return (
    profileScorer.score(paperIndex) >= MIN_OFF_TOPIC_SCORE &&
    profileScorer.explainingKey(paperIndex) !== 0
  );
}
