import type { RankedPaper } from '../digests/digest.ts';
import { lazy } from '../memoise.ts';
import { findKeyResult } from '../papers/key-result.ts';
import type { NameMatch } from './name-lookup.ts';
import { decodeExplainingTerms, EXPLAINING_KEY_COUNT } from './profile-score.ts';
import { scoreDiscussion } from './ranking.ts';
import { listReasons, REASON_KINDS, type Reason } from './reason.ts';
import type { TermIndex } from './term-index.ts';

/** What the reasons of all selections of a digest share. */
export interface ReasonPickerContext {
  papers: readonly RankedPaper[];
  /** The rank of the paper that may be called the most discussed, or null. */
  mostDiscussedRank: number | null;
}

/** How a paper matches a subscriber. */
export interface PaperMatch {
  paperIndex: number;
  /** Slugs that the subscriber follows. */
  followedTopics: readonly string[];
  isDarkHorse: boolean;
  nameMatch: NameMatch | null;
  /** Words of the paper, as they stand there. */
  matchedKeywords: readonly string[];
  /** The `explainingKey` of the profile score; it encodes terms of `terms`. */
  explainingKey: number;
  terms: TermIndex | null;
}

/** Picks a reason for each paper of a selection, for one selection after the other. */
interface ReasonPicker {
  /** Starts a selection. */
  reset(): void;
  /** The reason of the selection's next paper: the true one whose kind was picked least often. */
  pickNext(match: PaperMatch): Reason;
}

interface ReasonCandidate {
  reason: Reason;
  /** Index of its kind in `REASON_KINDS`: counting by index costs less than by name. */
  kindIndex: number;
}

/** Number of reasons that may be picked for a paper and subscribers whom it matches alike. Each is
 *  rendered together with the paper, so the number is kept small. */
const MAX_REASONS = 3;

/** In characters. */
const MAX_KEY_RESULT_CHARS = 12;

/** Keywords and names are unlimited, so the reasons that contain them must be, too. */
const MAX_INTERNED_REASONS = 20_000;

/**
 * A picker for the papers of a digest. Equal reasons are the same object, so that values
 * derived from one, such as its sentence, can be cached by identity.
 */
export function createReasonPicker({
  papers,
  mostDiscussedRank,
}: ReasonPickerContext): ReasonPicker {
  const leaders = findTopicLeaders(papers);
  const entries = papers.map((paper) => ({
    paper,
    slugs: paper.topics.map(({ slug }) => slug),
    matchedSlugs: [...paper.topics, ...paper.otherTopics].map(({ slug }) => slug),
    candidates: new Map<number, ReasonCandidate[]>(),
    keyResult: lazy(() => findShortKeyResult(paper.abstract)),
  }));
  type PaperEntry = (typeof entries)[number];
  const kindCounts = new Uint8Array(REASON_KINDS.length);
  const intern = createInterner();

  const listCandidates = (entry: PaperEntry, match: PaperMatch): ReasonCandidate[] => {
    const { paper, slugs } = entry;
    const followedTopics = listFollowed(entry, match);
    const leader = leaders.get(followedTopics[0] ?? '');
    const reasons = listReasons({
      nameMatch: match.nameMatch,
      matchedKeywords: match.matchedKeywords,
      learnedTerms:
        match.terms === null
          ? []
          : decodeExplainingTerms(match.terms, match.paperIndex, match.explainingKey),
      followedTopics,
      unfollowedTopic: slugs.find((slug) => !followedTopics.includes(slug)) ?? null,
      isMostDiscussed: paper.rank === mostDiscussedRank,
      ledTopicPaperCount: leader?.paper === paper ? leader.papers : 0,
      popularity: paper.popularity,
      hasCode: paper.codeUrl !== null,
      keyResult: entry.keyResult(),
      isUndiscussed: paper.upvotes + paper.comments === 0,
      isDarkHorse: match.isDarkHorse,
    });
    return rotateRemarks(reasons, paper.rank)
      .slice(0, MAX_REASONS)
      .map((reason) => ({
        reason: intern(reason),
        kindIndex: REASON_KINDS.indexOf(reason.kind),
      }));
  };

  const candidatesFor = (match: PaperMatch): ReasonCandidate[] => {
    const entry = entries[match.paperIndex] as PaperEntry;
    if (match.nameMatch !== null || match.matchedKeywords.length > 0)
      return listCandidates(entry, match);
    const key = cacheKeyOf(entry.matchedSlugs, match);
    const cached = entry.candidates.get(key);
    if (cached !== undefined) return cached;
    const candidates = listCandidates(entry, match);
    entry.candidates.set(key, candidates);
    return candidates;
  };

  return {
    reset: () => void kindCounts.fill(0),
    pickNext: (match) => {
      const candidates = candidatesFor(match);
      let best = candidates[0] as ReasonCandidate;
      for (let at = 1; at < candidates.length; at += 1) {
        const candidate = candidates[at] as ReasonCandidate;
        if ((kindCounts[candidate.kindIndex] as number) < (kindCounts[best.kindIndex] as number))
          best = candidate;
      }
      kindCounts[best.kindIndex] = (kindCounts[best.kindIndex] as number) + 1;
      return best.reason;
    },
  };
}

/** The followed ones of the paper's topics; if there are none, its best match that is followed. */
function listFollowed(
  { slugs, matchedSlugs }: { slugs: readonly string[]; matchedSlugs: readonly string[] },
  { followedTopics }: PaperMatch,
): string[] {
  const isFollowed = (slug: string) => followedTopics.includes(slug);
  const shown = slugs.filter(isFollowed);
  return shown.length > 0 ? shown : matchedSlugs.filter(isFollowed).slice(0, 1);
}

/** Returns the same object for equal reasons. */
function createInterner(): (reason: Reason) => Reason {
  const interned = new Map<string, Reason>();
  return (reason) => {
    const key = JSON.stringify(reason);
    const known = interned.get(key);
    if (known !== undefined) return known;
    if (interned.size >= MAX_INTERNED_REASONS) interned.clear();
    interned.set(key, reason);
    return reason;
  };
}

/** The key result of an abstract, if it is short enough for a sentence. */
function findShortKeyResult(abstract: string): string | null {
  const figure = findKeyResult(abstract)?.figure ?? null;
  return figure === null || figure.length > MAX_KEY_RESULT_CHARS ? null : figure;
}

/**
 * The followed ones of the topics that a paper matches, whether it is the dark horse, and the
 * learned terms, as one number.
 */
function cacheKeyOf(
  slugs: readonly string[],
  { followedTopics, isDarkHorse, explainingKey }: PaperMatch,
): number {
  let key = isDarkHorse ? 1 : 0;
  for (let bit = 0; bit < slugs.length; bit += 1) {
    if (followedTopics.includes(slugs[bit] as string)) key += 2 ** (bit + 1);
  }
  return key * EXPLAINING_KEY_COUNT + explainingKey;
}

/** Lets similar papers start with different remarks. A reason that only one paper can have stays
 *  first. */
function rotateRemarks(reasons: readonly Reason[], rank: number): Reason[] {
  const isMatch = ({ kind }: Reason) => kind === 'match' || kind === 'matchReworded';
  const isRemark = (reason: Reason) => reason.kind !== 'leading' && !isMatch(reason);
  const remarks = reasons.filter(isRemark);
  const start = remarks.length === 0 ? 0 : rank % remarks.length;
  return [
    ...reasons.filter(({ kind }) => kind === 'leading'),
    ...remarks.slice(start),
    ...remarks.slice(0, start),
    ...reasons.filter(isMatch),
  ];
}

/**
 * For each topic that has a discussed paper, the most discussed one and the number of its papers.
 */
function findTopicLeaders(
  papers: readonly RankedPaper[],
): Map<string, { paper: RankedPaper; papers: number }> {
  const leaders = new Map<string, { paper: RankedPaper; papers: number }>();
  const slugs = new Set(papers.flatMap(({ topics }) => topics.map(({ slug }) => slug)));
  for (const slug of slugs) {
    const onTopic = papers.filter(({ topics }) => topics.some((topic) => topic.slug === slug));
    const paper = onTopic.reduce((best, each) =>
      scoreDiscussion(each) > scoreDiscussion(best) ? each : best,
    );
    if (scoreDiscussion(paper) > 0) leaders.set(slug, { paper, papers: onTopic.length });
  }
  return leaders;
}
