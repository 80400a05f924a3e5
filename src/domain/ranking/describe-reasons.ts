import type { DigestKind } from '../digests/digest.ts';
import { joinNames, spellNumber } from '../text/format.ts';
import type { NameMatch } from './name-lookup.ts';

/** Why a paper is in a selection, as facts; `describeReasons` turns them into the reader's sentences. */
export interface ReasonFacts {
  kind: DigestKind;
  /** The name that the reader follows and that the paper is by, or null. */
  nameMatch: NameMatch | null;
  /** The reader's words that the paper says. */
  matchedKeywords: readonly string[];
  /** Terms of the paper that the reader's feedback taught, at most two. */
  learnedTerms: readonly string[];
  /** Names of the paper's topics that the reader follows, the best match first. */
  followedTopics: readonly string[];
  /** The paper's first topic that the reader does not follow. */
  unfollowedTopic: string | null;
  isMostDiscussed: boolean;
  /** How many papers are on the first followed topic when this one is the most discussed of them, else 0. */
  ledTopicPaperCount: number;
  /** Share of its day that the paper leaves behind, 0 to 1. */
  popularity: number;
  hasCode: boolean;
  /** The number that its abstract is proudest of, as it stands there. */
  keyResult: string | null;
  isUndiscussed: boolean;
  isDarkHorse: boolean;
}

/** What a reason tells besides the reader's part in it. Reasons of one selection take turns in this. */
export const REASON_KINDS = [
  'alone',
  'discussed',
  'leading',
  'code',
  'meeting',
  'figure',
  'noticed',
  'plain',
  'other',
] as const;
export type ReasonKind = (typeof REASON_KINDS)[number];

export interface Reason {
  kind: ReasonKind;
  /** One or two sentences in a sober voice: who, what, when. */
  sentence: string;
}

/** From this popularity on, a paper is called much discussed. */
const MUCH_DISCUSSED_POPULARITY = 0.8;

/** More would be a list, not a sentence. */
const MAX_KEYWORDS = 3;

/** All reasons that are true of a paper for a reader, the most telling first; at least one. */
export function describeReasons(facts: ReasonFacts): Reason[] {
  if (facts.isDarkHorse)
    return [
      {
        kind: 'alone',
        sentence: `${describeAttention(facts)} ${toSentence(describeCloseness(facts))}`,
      },
    ];
  if (facts.isMostDiscussed)
    return [
      {
        kind: 'alone',
        sentence: `The most discussed paper ${describePeriod(facts)}${describeMatch(facts)}.`,
      },
    ];
  const { plain, subject, other } = phraseMatch(facts);
  const remarks = listRemarks(facts).map(({ kind, words }): Reason => {
    return { kind, sentence: words(subject) };
  });
  return [
    ...remarks,
    { kind: 'plain', sentence: plain },
    ...(other === null ? [] : [{ kind: 'other', sentence: other } as const]),
  ];
}

function describeAttention({ isUndiscussed }: ReasonFacts): string {
  return isUndiscussed ? 'Nobody has said a word about it yet.' : 'Few have noticed it yet.';
}

/** What a quiet paper has to do with the reader. */
function describeCloseness({
  followedTopics: [topic],
  matchedKeywords,
  nameMatch,
}: ReasonFacts): string {
  if (topic !== undefined) return `it is close to ${topic}, which you follow`;
  return nameMatch === null
    ? `it says ${describeKeywords(matchedKeywords)}`
    : `it is ${describeNameMatch(nameMatch)}`;
}

/** What the most discussed paper has to do with the reader, when it has. */
function describeMatch(facts: ReasonFacts): string {
  const { nameMatch, matchedKeywords, learnedTerms, followedTopics } = facts;
  const [topic] = followedTopics;
  if (nameMatch !== null) return `, and it is ${describeNameMatch(nameMatch)}`;
  if (matchedKeywords.length > 0)
    return `, and it says ${describeKeywords(matchedKeywords.slice(0, 1))}`;
  if (learnedTerms.length > 0) return `, and you liked papers on ${quoteTerms(learnedTerms)}`;
  return topic === undefined ? '' : `, and it is on ${topic}, which you follow`;
}

/** The reader's part in a reason. */
interface ReasonWording {
  /** When nothing else is told. */
  plain: string;
  /** Before what else is told, without a stop. */
  subject: string;
  /** The same in other words, or null. */
  other: string | null;
}

function phraseMatch(facts: ReasonFacts): ReasonWording {
  const { nameMatch, matchedKeywords, learnedTerms, followedTopics, unfollowedTopic } = facts;
  if (nameMatch !== null)
    return phraseBoth(
      describeNameMatch(nameMatch),
      `${describeNameSource(nameMatch)}, one of your names`,
    );
  if (matchedKeywords.length > 0)
    return phraseBoth(
      `it says ${describeKeywords(matchedKeywords)}`,
      `you asked for ${quoteTerms(matchedKeywords)}`,
    );
  if (learnedTerms.length > 0)
    return phraseBoth(
      `you liked papers on ${quoteTerms(learnedTerms)}`,
      `close to papers that you liked: ${quoteTerms(learnedTerms)}`,
    );
  if (followedTopics.length > 0) {
    const topics = joinNames(followedTopics);
    return {
      plain: `Because you follow ${topics}.`,
      subject: `on ${topics}, which you follow`,
      other: `On ${topics}, which you follow.`,
    };
  }
  const period = describePeriod(facts);
  if (unfollowedTopic === null)
    return { plain: `From the papers ${period}.`, subject: '', other: null };
  return {
    plain: `From the papers on ${unfollowedTopic} ${period}.`,
    subject: `on ${unfollowedTopic}`,
    other: `On ${unfollowedTopic}.`,
  };
}

function phraseBoth(subject: string, other: string): ReasonWording {
  return { plain: toSentence(subject), subject, other: toSentence(other) };
}

/** What can be said of the paper itself, the most telling first. */
function listRemarks(facts: ReasonFacts): { kind: ReasonKind; words(subject: string): string }[] {
  const { followedTopics, unfollowedTopic, popularity, isUndiscussed, hasCode, keyResult } = facts;
  const [topic] = followedTopics;
  const isOnTopicAlone =
    topic !== undefined && followedTopics.length === 1 && !hasExplicitMatch(facts);
  const period = describePeriod(facts);
  const isDiscussed = popularity >= MUCH_DISCUSSED_POPULARITY && !isUndiscussed;
  const remarks: (false | { kind: ReasonKind; words(subject: string): string })[] = [
    isOnTopicAlone &&
      facts.ledTopicPaperCount > 2 && {
        kind: 'leading',
        words: () =>
          `The most discussed of ${spellNumber(facts.ledTopicPaperCount)} papers on ${topic}, which you follow.`,
      },
    isDiscussed && {
      kind: 'discussed',
      words: (subject) =>
        subject === ''
          ? `Among the most discussed papers ${period}.`
          : toSentence(`${subject}, and among the most discussed papers ${period}`),
    },
    hasCode && { kind: 'code', words: (subject) => joinRemark(subject, 'its code is out') },
    isOnTopicAlone &&
      unfollowedTopic !== null && {
        kind: 'meeting',
        words: () => `Where ${topic}, which you follow, meets ${unfollowedTopic}.`,
      },
    keyResult !== null && {
      kind: 'figure',
      words: (subject) => joinRemark(subject, `it gives a number: ${keyResult}`),
    },
    !isDiscussed &&
      !isUndiscussed && {
        kind: 'noticed',
        words: (subject) => joinRemark(subject, 'readers have noticed it'),
      },
  ];
  return remarks.filter((remark) => remark !== false);
}

/** Whether the reader asked for more than topics of it. */
function hasExplicitMatch({ nameMatch, matchedKeywords, learnedTerms }: ReasonFacts): boolean {
  return nameMatch !== null || matchedKeywords.length > 0 || learnedTerms.length > 0;
}

function joinRemark(subject: string, remark: string): string {
  return toSentence(subject === '' ? remark : `${subject}, and ${remark}`);
}

function describeNameMatch(nameMatch: NameMatch): string {
  return `${describeNameSource(nameMatch)}, ${nameMatch.kind === 'author' ? 'whom' : 'which'} you follow`;
}

function describeNameSource({ kind, name }: NameMatch): string {
  return `${kind === 'author' ? 'by' : 'from'} ${name}`;
}

/** `“a”, one of your words` or `“a” and “b”, two of your words`. */
function describeKeywords(matched: readonly string[]): string {
  const shown = matched.slice(0, MAX_KEYWORDS);
  return `${quoteTerms(shown)}, ${spellNumber(shown.length)} of your words`;
}

function quoteTerms(words: readonly string[]): string {
  return joinNames(words.slice(0, MAX_KEYWORDS).map((word) => `“${word}”`));
}

function describePeriod({ kind }: ReasonFacts): string {
  return kind === 'weekly' ? 'this week' : 'today';
}

function toSentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
