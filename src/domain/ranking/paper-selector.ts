import type { RankedPaper, Selection } from '../digests/digest.ts';
import { createShownWordCounter } from '../digests/reading-time.ts';
import { PREFERENCE_LIMITS, type Preferences } from '../subscribers/subscriber.ts';
import {
  type CandidatePreferences,
  createCandidateScorer,
  type SelectionLookups,
} from './candidate-scorer.ts';
import {
  allowsDarkHorse,
  DARK_HORSE_POSITION,
  findDarkHorse,
  listDarkHorses,
} from './dark-horse.ts';
import { fillSelection, type SelectionLimits } from './fill-selection.ts';
import { createMmrSelector, NO_BUCKET } from './mmr-selector.ts';
import { createReasonPicker, type ReasonPickerContext } from './reason-picker.ts';
import { meetsThreshold } from './relevance-threshold.ts';
import type { Similarity } from './similarity.ts';
import { maxTopicShare } from './topic-cap.ts';

/** What all selections of a digest have in common. */
export interface SelectorContext extends ReasonPickerContext {
  /** Of the papers, by their indexes. */
  similarity: Similarity;
}

/** The preferences that a selection depends on. */
export interface SelectionPreferences
  extends CandidatePreferences,
    Pick<Preferences, 'papers' | 'minutes' | 'relevanceThreshold'> {}

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
  const popularity = Float64Array.from(papers, (paper) => paper.popularity);
  const buckets = bucketByTopic(papers);
  const darkHorses = listDarkHorses(papers);
  const reasonPicker = createReasonPicker(facts);
  const mmrSelector = createMmrSelector(papers.length, buckets.count, similarity);
  const countShown = createShownWordCounter(papers);
  const scorer = createCandidateScorer(papers);

  const addCandidates = (followedTopics: number) => {
    const { hasProfile } = scorer;
    mmrSelector.clear(maxTopicShare(followedTopics, hasProfile));
    for (let paperIndex = 0; paperIndex < papers.length; paperIndex += 1) {
      if (!scorer.isCandidate(paperIndex)) continue;
      const bucket = scorer.isExplicitMatch(paperIndex)
        ? NO_BUCKET
        : (buckets.of[paperIndex] as number);
      mmrSelector.addCandidate(paperIndex, scorer.score(paperIndex), bucket);
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
    const darkHorse = findDarkHorse(darkHorses, scorer.personalScores, mmrSelector.isAvailable);
    if (darkHorse !== null) mmrSelector.select(darkHorse);
    fillSelection(mmrSelector, limits, countShown, darkHorse === null ? null : DARK_HORSE_POSITION);
    return darkHorse;
  };

  return (subscriber, lookups) => {
    const { terms } = lookups;
    const { topics, keywords, names, relevanceThreshold } = subscriber;
    scorer.load(subscriber, lookups);
    addCandidates(topics.length);
    const darkHorse = selectPapers(selectionLimitsFor(subscriber));
    const isRelevant = (paperIndex: number) =>
      scorer.isExplicitMatch(paperIndex) ||
      meetsThreshold(relevanceThreshold, {
        popularity: popularity[paperIndex] as number,
        likeness: scorer.likeness(paperIndex),
        isOfInterest: scorer.isOfInterest(paperIndex),
      });
    if (!mmrSelector.selected.some(isRelevant)) return [];
    reasonPicker.reset();
    return mmrSelector.selected.map((paperIndex) => {
      const { rank } = papers[paperIndex] as RankedPaper;
      const isDarkHorse = paperIndex === darkHorse;
      const isExplicit = scorer.isExplicitMatch(paperIndex);
      const reason = reasonPicker.pickNext({
        paperIndex,
        followedTopics: topics,
        isDarkHorse,
        nameMatch: isExplicit ? scorer.findNameMatch(names, paperIndex) : null,
        matchedKeywords: isExplicit
          ? scorer.findKeywordMatches(keywords, paperIndex).map(({ quote }) => quote)
          : NO_KEYWORDS,
        explainingKey: scorer.explainingKey(paperIndex),
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
