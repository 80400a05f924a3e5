import type { NameMatch } from './name-lookup.ts';

/**
 * Why a paper is in a selection, as data: what is remarkable about the paper, and which of the
 * subscriber's preferences it matches. Topics are slugs. `copy/en/reasons.ts` has the sentences.
 */
export interface Reason {
  remark: Remark | null;
  match: ReasonMatch;
}

export type Remark =
  /** The most discussed of the digest's papers on a followed topic. */
  { kind: 'leading'; topic: string; paperCount: number } | { kind: PlainRemarkKind };

type PlainRemarkKind =
  /** The most discussed paper of the digest, or one of them. */
  | 'mostDiscussed'
  | 'muchDiscussed'
  | 'code'
  /** Dark horses: new papers that have no votes (or comments) yet, or few. */
  | 'noVotes'
  | 'noComments'
  | 'fewVotes'
  | 'fewComments';

export type RemarkKind = Remark['kind'];

export const REMARK_KINDS = [
  'leading',
  'mostDiscussed',
  'muchDiscussed',
  'code',
  'noVotes',
  'noComments',
  'fewVotes',
  'fewComments',
] as const satisfies RemarkKind[];

/** The preferences or learned terms that a paper matches. */
export type ReasonMatch =
  | NameMatch
  /** Words of the paper, as they stand there. */
  | { kind: 'keywords'; keywords: readonly string[] }
  /** Terms of papers that the subscriber liked. */
  | { kind: 'learnedTerms'; terms: readonly string[] }
  /** Followed topics, the best match first. */
  | { kind: 'topics'; topics: readonly string[] }
  /** A followed topic that is not among the topics shown with the paper. */
  | { kind: 'weakTopic'; topic: string }
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
  /** Slug of a followed topic that the paper matches weakly, or null. */
  weakTopic: string | null;
  isMostDiscussed: boolean;
  /** Whether it is more discussed than four fifths of the digest's papers. */
  isMuchDiscussed: boolean;
  /** Number of papers on the first followed topic if this is the most discussed of them, else 0. */
  ledTopicPaperCount: number;
  /** Share of its day's papers that are less popular, 0 to 1. */
  popularity: number;
  hasCode: boolean;
  /** Whether it has votes or comments. */
  isDiscussed: boolean;
  /** What its sources count; null if they count nothing. */
  counted: 'votes' | 'comments' | null;
  /** So new that few votes mean little. */
  isNew: boolean;
  isDarkHorse: boolean;
}

/** Popularity below which a paper counts as little discussed. */
const LITTLE_DISCUSSED_POPULARITY = 0.3;

/** A sentence with more keywords would be a list. */
const MAX_KEYWORDS = 3;

/** All reasons that are true of a paper for a subscriber, the strongest first; at least one. */
export function listReasons(facts: ReasonFacts): Reason[] {
  if (facts.isDarkHorse) return [listDarkHorseReason(facts)];
  const match = findMatch(facts);
  if (facts.isMostDiscussed) return [{ remark: { kind: 'mostDiscussed' }, match }];
  const remarks: (Remark | null)[] = [...listRemarks(facts), null];
  return remarks.map((remark) => ({ remark, match }));
}

function listDarkHorseReason(facts: ReasonFacts): Reason {
  const match = findTopicMatch(facts) ?? findMatch(facts);
  return { remark: findDarkHorseRemark(facts), match };
}

/** Null for a paper of which nobody counts the votes, and for an old one: few do not vote *yet*. */
function findDarkHorseRemark({
  counted,
  isNew,
  isDiscussed,
  popularity,
}: ReasonFacts): Remark | null {
  if (counted === null || !isNew) return null;
  if (!isDiscussed) return { kind: counted === 'votes' ? 'noVotes' : 'noComments' };
  if (popularity >= LITTLE_DISCUSSED_POPULARITY) return null;
  return { kind: counted === 'votes' ? 'fewVotes' : 'fewComments' };
}

function findMatch(facts: ReasonFacts): ReasonMatch {
  const { nameMatch, matchedKeywords, learnedTerms, weakTopic } = facts;
  if (nameMatch !== null) return nameMatch;
  if (matchedKeywords.length > 0)
    return { kind: 'keywords', keywords: matchedKeywords.slice(0, MAX_KEYWORDS) };
  if (learnedTerms.length > 0) return { kind: 'learnedTerms', terms: learnedTerms };
  return (
    findTopicMatch(facts) ??
    (weakTopic === null ? { kind: 'none' } : { kind: 'weakTopic', topic: weakTopic })
  );
}

function findTopicMatch({ followedTopics }: ReasonFacts): ReasonMatch | null {
  return followedTopics.length === 0 ? null : { kind: 'topics', topics: followedTopics };
}

/** What is remarkable about the paper itself, the strongest first. */
function listRemarks(facts: ReasonFacts): Remark[] {
  const { followedTopics, ledTopicPaperCount, isMuchDiscussed, hasCode } = facts;
  const remarks: (false | Remark)[] = [
    followedTopics[0] !== undefined &&
      ledTopicPaperCount > 2 && {
        kind: 'leading',
        topic: followedTopics[0],
        paperCount: ledTopicPaperCount,
      },
    isMuchDiscussed && { kind: 'muchDiscussed' },
    hasCode && { kind: 'code' },
  ];
  return remarks.filter((remark) => remark !== false);
}

/**
 * The topics to show beside a reason as a label: the paper's topics, those that the subscriber
 * follows first. A topic that the reason names in its sentence is left out.
 * @param topics slugs of the paper's topics
 */
export function chooseLabelTopics(
  { remark, match }: Reason,
  topics: readonly string[],
): readonly string[] {
  const followed = match.kind === 'topics' ? match.topics : [];
  const named = listNamedTopics({ remark, match });
  return [...new Set([...followed, ...topics])].filter((slug) => !named.includes(slug));
}

/** Dark horses name the topic that they are close to. */
function isNamedByDarkHorse({ remark, match }: Reason): boolean {
  return remark !== null && DARK_HORSE_REMARKS.includes(remark.kind) && match.kind === 'topics';
}

function listNamedTopics(reason: Reason): readonly string[] {
  const { remark, match } = reason;
  const ledTopic = remark?.kind === 'leading' ? [remark.topic] : [];
  const closeTopic =
    isNamedByDarkHorse(reason) && match.kind === 'topics' ? match.topics.slice(0, 1) : [];
  return [...ledTopic, ...closeTopic, ...(match.kind === 'weakTopic' ? [match.topic] : [])];
}

const DARK_HORSE_REMARKS: readonly string[] = ['noVotes', 'noComments', 'fewVotes', 'fewComments'];

/** Whether one of the reasons is the subscriber's feedback. */
export function usesFeedback(selection: readonly { reason: Reason }[]): boolean {
  return selection.some(({ reason }) => reason.match.kind === 'learnedTerms');
}
