import type { RankedPaper, Selection } from '../digests/digest.ts';
import { createShownWordCounter } from '../digests/reading-time.ts';
import { PREFERENCE_LIMITS, type Preferences } from '../subscribers/subscriber.ts';
import { allowsDarkHorse, DARK_HORSE_POSITION, findDarkHorse } from './dark-horse.ts';
import { fillSelection, type SelectionLimits } from './fill-selection.ts';
import { createInterestScorer, EXPLICIT_INTEREST } from './interest-scorer.ts';
import { createMmrSelector, NO_BUCKET } from './mmr-selector.ts';
import { createProfileScorer } from './profile-score.ts';
import { computeBaseScore, SCORE_WEIGHTS } from './ranking.ts';
import { createReasonPicker, type ReasonPickerContext } from './reason-picker.ts';
import { meetsThreshold } from './relevance-threshold.ts';
import type { Similarity } from './similarity.ts';
import type { TermIndex } from './term-index.ts';
import { maxTopicShare } from './topic-cap.ts';

/** What all selections of a digest have in common. */
export interface SelectorContext extends ReasonPickerContext {
  /** Of the papers, by their indexes. */
  similarity: Similarity;
}

/** The preferences that a selection depends on. */
export interface SelectionPreferences
  extends Pick<
    Preferences,
    'topics' | 'keywords' | 'names' | 'mutedTopics' | 'papers' | 'minutes' | 'relevanceThreshold'
  > {
  /** The packed terms learned from feedback, or null. */
  learned: string | null;
}

/** Data looked up for a subscriber. */
interface SelectionLookups {
  /** Ids of papers that the subscriber was sent before. */
  seenPaperIds: ReadonlySet<string>;
  /** Needed to use learned terms; null ignores them. */
  terms: TermIndex | null;
}

/**
 * Selects the papers of one subscriber, the lead first. Subscribers who follow topics, keywords or
 * names get only papers that match them; the others get the best of the day. Papers sent before are
 * left out, and so are papers on muted topics unless they match a keyword or a name. Empty when
 * nothing matches, or no match meets the relevance threshold.
 */
export type PaperSelector = (
  subscriber: SelectionPreferences,
  lookups: SelectionLookups,
) => Selection;

const NO_KEYWORDS: readonly string[] = [];

/** Creates the selector of a digest. Whatever does not depend on the subscriber is computed once,
 *  here. */
export function createPaperSelector(facts: SelectorContext): PaperSelector {
  const { papers, similarity } = facts;
  const baseScores = Float64Array.from(papers, computeBaseScore);
  const popularity = Float64Array.from(papers, (paper) => paper.popularity);
  const buckets = bucketByTopic(papers);
  const reasonPicker = createReasonPicker(facts);
  const mmrSelector = createMmrSelector(papers.length, buckets.count, similarity);
  const countShown = createShownWordCounter(papers);
  const interestScorer = createInterestScorer(papers);
  const profileScore = createProfileScorer(papers.length);
  const isExplicitMatch = (paperIndex: number) =>
    interestScorer.scores[paperIndex] === EXPLICIT_INTEREST;

  const addCandidates = (
    subscriber: SelectionPreferences,
    { seenPaperIds: seen }: SelectionLookups,
    hasProfile: boolean,
  ) => {
    const { scores: values, muted } = interestScorer;
    const hasInterests =
      subscriber.topics.length + subscriber.keywords.length + subscriber.names.length > 0;
    mmrSelector.clear(maxTopicShare(subscriber.topics.length));
    for (let paperIndex = 0; paperIndex < papers.length; paperIndex += 1) {
      const interestScore = values[paperIndex] as number;
      if (interestScore === 0 && hasInterests) continue;
      if (muted[paperIndex] === 1 && interestScore !== EXPLICIT_INTEREST) continue;
      if (seen.size > 0 && seen.has((papers[paperIndex] as RankedPaper).id)) continue;
      const score = (baseScores[paperIndex] as number) + SCORE_WEIGHTS.interest * interestScore;
      const bucket =
        interestScore === EXPLICIT_INTEREST ? NO_BUCKET : (buckets.of[paperIndex] as number);
      mmrSelector.addCandidate(
        paperIndex,
        hasProfile ? score + profileScore.score(paperIndex) : score,
        bucket,
      );
    }
  };

  /** Returns the index of the dark horse, or null. */
  const selectPapers = (limits: SelectionLimits): number | null => {
    if (!allowsDarkHorse(limits, mmrSelector.candidateCount)) {
      fillSelection(mmrSelector, limits, countShown);
      return null;
    }
    if (!fillSelection(mmrSelector, { ...limits, papers: DARK_HORSE_POSITION }, countShown))
      return null;
    const darkHorse = findDarkHorse(popularity, interestScorer.scores, mmrSelector.isAvailable);
    if (darkHorse !== null) mmrSelector.select(darkHorse);
    fillSelection(mmrSelector, limits, countShown, darkHorse === null ? null : DARK_HORSE_POSITION);
    return darkHorse;
  };

  return (subscriber, lookups) => {
    const { terms } = lookups;
    const learned = terms === null ? null : subscriber.learned;
    if (terms !== null && learned !== null) profileScore.load(terms, learned);
    interestScorer.load(subscriber);
    addCandidates(subscriber, lookups, learned !== null);
    const darkHorse = selectPapers(selectionLimitsFor(subscriber));
    const isRelevant = (paperIndex: number) =>
      isExplicitMatch(paperIndex) ||
      meetsThreshold(subscriber.relevanceThreshold, popularity[paperIndex] as number);
    if (!mmrSelector.selected.some(isRelevant)) return [];
    reasonPicker.reset();
    return mmrSelector.selected.map((paperIndex) => {
      const { rank } = papers[paperIndex] as RankedPaper;
      const isDarkHorse = paperIndex === darkHorse;
      const reason = reasonPicker.pickNext({
        paperIndex,
        followedTopics: subscriber.topics,
        isDarkHorse,
        nameMatch: isExplicitMatch(paperIndex)
          ? interestScorer.findNameMatch(subscriber.names, paperIndex)
          : null,
        matchedKeywords: isExplicitMatch(paperIndex)
          ? interestScorer
              .findKeywordMatches(subscriber.keywords, paperIndex)
              .map(({ quote }) => quote)
          : NO_KEYWORDS,
        explainingKey: learned === null ? 0 : profileScore.explainingKey(paperIndex),
        terms,
      });
      return isDarkHorse ? { rank, reason, isDarkHorse } : { rank, reason };
    });
  };
}

/** The bucket of each paper is its first topic. */
function bucketByTopic(papers: readonly RankedPaper[]): { count: number; of: readonly number[] } {
  const slugs = [...new Set(papers.flatMap(({ topics: [first] }) => first?.slug ?? []))];
  const of = papers.map(({ topics: [first] }) =>
    first ? slugs.indexOf(first.slug) + 1 : NO_BUCKET,
  );
  return { count: slugs.length, of };
}

function selectionLimitsFor({ papers, minutes }: SelectionPreferences): SelectionLimits {
  return { papers: minutes === null ? papers : PREFERENCE_LIMITS.papers.max, minutes };
}
