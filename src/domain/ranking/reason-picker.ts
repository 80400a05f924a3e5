import type { DigestKind, RankedPaper } from '../digests/digest.ts';
import { lazy } from '../memoise.ts';
import { findKeyResult } from '../papers/key-result.ts';
import { describeReasons, REASON_KINDS, type Reason } from './describe-reasons.ts';
import type { NameMatch } from './name-lookup.ts';
import { decodeExplainingTerms, EXPLAINING_KEY_COUNT } from './profile-score.ts';
import { scoreDiscussion } from './ranking.ts';
import type { TermIndex } from './term-index.ts';

/** What all reasons of a digest share. */
export interface ReasonContext {
  kind: DigestKind;
  papers: readonly RankedPaper[];
  topicNames: ReadonlyMap<string, string>;
  /** The rank of the paper that may be called the most discussed, or null. */
  mostDiscussedRank: number | null;
}

/** What makes a paper one for a reader. */
export interface PaperMatch {
  paperIndex: number;
  /** Slugs that the reader follows. */
  followedTopics: readonly string[];
  isDarkHorse: boolean;
  nameMatch: NameMatch | null;
  matchedKeywords: readonly string[];
  /** As `Taste.told` gives it, of these terms. */
  explainingKey: number;
  terms: TermIndex | null;
}

/** Gives the reasons of one selection after the other. */
export interface ReasonPicker {
  /** Begins a selection. */
  reset(): void;
  /** The reason of its next paper: of what is true of it, what the papers before told least often. */
  pickNext(match: PaperMatch): string;
}

/** A reason that may have its turn. */
interface ReasonCandidate {
  /** Place of its kind among all. */
  kindIndex: number;
  sentence: string;
}

/** Reasons that one paper has for readers whom it concerns alike: few, as each is rendered with the paper. */
const MAX_REASONS = 3;

/** In characters. */
const MAX_KEY_RESULT_CHARS = 12;

/** Reasons for the papers of a digest, described once for all readers whom a paper concerns alike. */
export function createReasonPicker({
  kind,
  papers,
  topicNames,
  mostDiscussedRank,
}: ReasonContext): ReasonPicker {
  const nameOf = (slug: string) => topicNames.get(slug) ?? slug;
  const leaders = findTopicLeaders(papers);
  const entries = papers.map((paper) => ({
    paper,
    slugs: paper.topics.map(({ slug }) => slug),
    known: new Map<number, ReasonCandidate[]>(),
    figure: lazy(() => findShortKeyResult(paper.abstract)),
  }));
  type PaperEntry = (typeof entries)[number];
  const kindCounts = new Uint8Array(REASON_KINDS.length);

  const describe = ({ paper, slugs, figure }: PaperEntry, match: PaperMatch): ReasonCandidate[] => {
    const followed = slugs.filter((slug) => match.followedTopics.includes(slug));
    const other = slugs.find((slug) => !followed.includes(slug));
    const leader = leaders.get(followed[0] ?? '');
    const reasons = describeReasons({
      kind,
      nameMatch: match.nameMatch,
      matchedKeywords: match.matchedKeywords,
      learnedTerms:
        match.terms === null
          ? []
          : decodeExplainingTerms(match.terms, match.paperIndex, match.explainingKey),
      followedTopics: followed.map(nameOf),
      unfollowedTopic: other === undefined ? null : nameOf(other),
      isMostDiscussed: paper.rank === mostDiscussedRank,
      ledTopicPaperCount: leader?.paper === paper ? leader.papers : 0,
      popularity: paper.popularity,
      hasCode: paper.codeUrl !== null,
      keyResult: figure(),
      isUndiscussed: paper.upvotes + paper.comments === 0,
      isDarkHorse: match.isDarkHorse,
    });
    return rotateRemarks(reasons, paper.rank)
      .slice(0, MAX_REASONS)
      .map(({ kind, sentence }) => ({ kindIndex: REASON_KINDS.indexOf(kind), sentence }));
  };

  const reasonsFor = (match: PaperMatch): ReasonCandidate[] => {
    const entry = entries[match.paperIndex] as PaperEntry;
    if (match.nameMatch !== null || match.matchedKeywords.length > 0) return describe(entry, match);
    const key = cacheKeyOf(entry.slugs, match);
    const before = entry.known.get(key);
    if (before !== undefined) return before;
    const reasons = describe(entry, match);
    entry.known.set(key, reasons);
    return reasons;
  };

  return {
    reset: () => void kindCounts.fill(0),
    pickNext: (match) => {
      const candidates = reasonsFor(match);
      let best = candidates[0] as ReasonCandidate;
      for (let at = 1; at < candidates.length; at += 1) {
        const candidate = candidates[at] as ReasonCandidate;
        if ((kindCounts[candidate.kindIndex] as number) < (kindCounts[best.kindIndex] as number))
          best = candidate;
      }
      kindCounts[best.kindIndex] = (kindCounts[best.kindIndex] as number) + 1;
      return best.sentence;
    },
  };
}

/** The number that an abstract is proudest of, when it is short enough for a sentence. */
function findShortKeyResult(abstract: string): string | null {
  const figure = findKeyResult(abstract)?.figure ?? null;
  return figure === null || figure.length > MAX_KEY_RESULT_CHARS ? null : figure;
}

/** Which of its topics a reader follows, whether it is the dark horse and what was learned, as one number. */
function cacheKeyOf(
  slugs: readonly string[],
  { followedTopics: followed, isDarkHorse, explainingKey: told }: PaperMatch,
): number {
  let key = isDarkHorse ? 1 : 0;
  for (let bit = 0; bit < slugs.length; bit += 1) {
    if (followed.includes(slugs[bit] as string)) key += 2 ** (bit + 1);
  }
  return key * EXPLAINING_KEY_COUNT + told;
}

/** Papers that are alike begin with different remarks; what only one paper can claim stays first. */
function rotateRemarks(reasons: readonly Reason[], rank: number): Reason[] {
  const isRemark = ({ kind }: Reason) => kind !== 'leading' && kind !== 'plain' && kind !== 'other';
  const remarks = reasons.filter(isRemark);
  const start = remarks.length === 0 ? 0 : rank % remarks.length;
  return [
    ...reasons.filter(({ kind }) => kind === 'leading'),
    ...remarks.slice(start),
    ...remarks.slice(0, start),
    ...reasons.filter(({ kind }) => kind === 'plain' || kind === 'other'),
  ];
}

/** For each topic, how many papers it has and which of them is discussed most; without those that nobody
 *  discusses. */
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
