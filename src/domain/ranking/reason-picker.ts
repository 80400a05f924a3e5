import type { RankedPaper } from '../digests/digest.ts';
import { isNewPaper } from './dark-horse.ts';
import type { NameMatch } from './name-lookup.ts';
import { decodeExplainingTerms, EXPLAINING_KEY_COUNT } from './profile-score.ts';
import { findMostDiscussed, scoreDiscussion } from './ranking.ts';
import { listReasons, REMARK_KINDS, type Reason } from './reason.ts';
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
  /** The reason of the selection's next paper: the true one whose remark was picked least often. */
  pickNext(match: PaperMatch): Reason;
}

interface ReasonCandidate {
  reason: Reason;
  /** Index of its remark in `REMARK_KINDS` plus 1, or 0 without one: counting by index costs less
   *  than by name. */
  remarkIndex: number;
}

/** Number of reasons that may be picked for a paper and subscribers whom it matches alike. Each is
 *  rendered together with the paper, so the number is kept small. */
const MAX_REASONS = 3;

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
  const muchDiscussed = findMuchDiscussed(papers);
  const entries = papers.map((paper) => ({
    paper,
    slugs: paper.topics.map(({ slug }) => slug),
    otherSlugs: paper.otherTopics.map(({ slug }) => slug),
    isMuchDiscussed: muchDiscussed.has(paper),
    isDiscussed: scoreDiscussion(paper) > 0,
    isNew: isNewPaper(paper),
    candidates: new Map<number, ReasonCandidate[]>(),
  }));
  type PaperEntry = (typeof entries)[number];
  const remarkCounts = new Uint8Array(REMARK_KINDS.length + 1);
  const intern = createInterner();

  const listCandidates = (entry: PaperEntry, match: PaperMatch): ReasonCandidate[] => {
    const { paper, slugs, otherSlugs } = entry;
    const isFollowed = (slug: string) => match.followedTopics.includes(slug);
    const followedTopics = slugs.filter(isFollowed);
    const leader = leaders.get(followedTopics[0] ?? '');
    const reasons = listReasons({
      nameMatch: match.nameMatch,
      matchedKeywords: match.matchedKeywords,
      learnedTerms:
        match.terms === null
          ? []
          : decodeExplainingTerms(match.terms, match.paperIndex, match.explainingKey),
      followedTopics,
      weakTopic: otherSlugs.find(isFollowed) ?? null,
      isMostDiscussed: paper.rank === mostDiscussedRank,
      isMuchDiscussed: entry.isMuchDiscussed,
      ledTopicPaperCount: leader?.paper === paper ? leader.papers : 0,
      popularity: paper.popularity,
      hasCode: paper.codeUrl !== null,
      isDiscussed: entry.isDiscussed,
      counted: paper.countsVotes ? 'votes' : paper.countsComments ? 'comments' : null,
      isNew: entry.isNew,
      isDarkHorse: match.isDarkHorse,
    });
    return reasons.slice(0, MAX_REASONS).map((reason) => ({
      reason: intern(reason),
      remarkIndex: reason.remark === null ? 0 : REMARK_KINDS.indexOf(reason.remark.kind) + 1,
    }));
  };

  const candidatesFor = (match: PaperMatch): ReasonCandidate[] => {
    const entry = entries[match.paperIndex] as PaperEntry;
    if (match.nameMatch !== null || match.matchedKeywords.length > 0)
      return listCandidates(entry, match);
    const key = cacheKeyOf(entry, match);
    const cached = entry.candidates.get(key);
    if (cached !== undefined) return cached;
    const candidates = listCandidates(entry, match);
    entry.candidates.set(key, candidates);
    return candidates;
  };

  return {
    reset: () => void remarkCounts.fill(0),
    pickNext: (match) => {
      const candidates = candidatesFor(match);
      let best = candidates[0] as ReasonCandidate;
      for (let at = 1; at < candidates.length; at += 1) {
        const candidate = candidates[at] as ReasonCandidate;
        if (
          (remarkCounts[candidate.remarkIndex] as number) <
          (remarkCounts[best.remarkIndex] as number)
        )
          best = candidate;
      }
      remarkCounts[best.remarkIndex] = (remarkCounts[best.remarkIndex] as number) + 1;
      return best.reason;
    },
  };
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

/**
 * The discussed papers that are more discussed than four fifths of all. Popularity would not do: it
 * compares the papers of one day, and a digest may have those of a week.
 */
function findMuchDiscussed(papers: readonly RankedPaper[]): ReadonlySet<RankedPaper> {
  const scores = papers.map(scoreDiscussion).sort((a, b) => a - b);
  const countsBelow = new Map<number, number>();
  for (const [below, score] of scores.entries())
    if (!countsBelow.has(score)) countsBelow.set(score, below);
  return new Set(
    papers.filter((paper) => {
      const score = scoreDiscussion(paper);
      return score > 0 && (countsBelow.get(score) ?? 0) >= MUCH_DISCUSSED_SHARE * papers.length;
    }),
  );
}

const MUCH_DISCUSSED_SHARE = 0.8;

/**
 * The followed ones of the topics of a paper, the first followed one of its weak topics, whether it
 * is the dark horse, and the learned terms, as one number.
 */
function cacheKeyOf(
  { slugs, otherSlugs }: { slugs: readonly string[]; otherSlugs: readonly string[] },
  { followedTopics, isDarkHorse, explainingKey }: PaperMatch,
): number {
  let key = otherSlugs.findIndex((slug) => followedTopics.includes(slug)) + 1;
  for (const slug of slugs) key = 2 * key + (followedTopics.includes(slug) ? 1 : 0);
  key = 2 * key + (isDarkHorse ? 1 : 0);
  return key * EXPLAINING_KEY_COUNT + explainingKey;
}

/**
 * For each topic with one paper that is more discussed than all others, this paper and the number
 * of papers.
 */
function findTopicLeaders(
  papers: readonly RankedPaper[],
): Map<string, { paper: RankedPaper; papers: number }> {
  const leaders = new Map<string, { paper: RankedPaper; papers: number }>();
  const slugs = new Set(papers.flatMap(({ topics }) => topics.map(({ slug }) => slug)));
  for (const slug of slugs) {
    const onTopic = papers.filter(({ topics }) => topics.some((topic) => topic.slug === slug));
    const most = findMostDiscussed(onTopic);
    if (most !== null) leaders.set(slug, { paper: most, papers: onTopic.length });
  }
  return leaders;
}
