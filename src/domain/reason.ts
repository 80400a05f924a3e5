import { countWord, describeList } from './describe.ts';
import type { DigestKind } from './digest.ts';
import type { Byline } from './names.ts';

/** Why a paper is in a selection, as facts; `describeReasons` turns them into the reader's sentences. */
export interface ReasonFacts {
  kind: DigestKind;
  /** The name that the reader follows and that the paper is by, or null. */
  byline: Byline | null;
  /** The reader's words that the paper says. */
  saidKeywords: readonly string[];
  /** Terms of the paper that the reader's feedback taught, at most two. */
  learnedTerms: readonly string[];
  /** Names of the paper's topics that the reader follows, the best match first. */
  followedTopics: readonly string[];
  /** The paper's first topic that the reader does not follow. */
  otherTopic: string | null;
  isMostDiscussed: boolean;
  /** How many papers are on the first followed topic when this one is the most discussed of them, else 0. */
  leadsTopicOf: number;
  /** Share of its day that the paper leaves behind, 0 to 1. */
  popularity: number;
  hasCode: boolean;
  /** The number that its abstract is proudest of, as it stands there. */
  figure: string | null;
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
  /** One or two sentences, in the voice of LOOK.md: who, what, when; no cheering. */
  sentence: string;
}

/** From this popularity on, a paper is called much discussed. */
const MUCH_DISCUSSED = 0.8;

/** More would be a list, not a sentence. */
const MOST_KEYWORDS = 3;

/** All reasons that are true of a paper for a reader, the most telling first; at least one. */
export function describeReasons(facts: ReasonFacts): Reason[] {
  if (facts.isDarkHorse)
    return [{ kind: 'alone', sentence: `${silence(facts)} ${sentence(closeness(facts))}` }];
  if (facts.isMostDiscussed)
    return [
      { kind: 'alone', sentence: `The most discussed paper ${periodOf(facts)}${wish(facts)}.` },
    ];
  const { plain, subject, other } = wordingOf(facts);
  const remarks = remarksOn(facts).map(({ kind, words }): Reason => {
    return { kind, sentence: words(subject) };
  });
  return [
    ...remarks,
    { kind: 'plain', sentence: plain },
    ...(other === null ? [] : [{ kind: 'other', sentence: other } as const]),
  ];
}

function silence({ isUndiscussed }: ReasonFacts): string {
  return isUndiscussed ? 'Nobody has said a word about it yet.' : 'Few have noticed it yet.';
}

/** What a quiet paper has to do with the reader. */
function closeness({ followedTopics: [topic], saidKeywords, byline }: ReasonFacts): string {
  if (topic !== undefined) return `it is close to ${topic}, which you follow`;
  return byline === null ? `it says ${keywords(saidKeywords)}` : `it is ${bylineWords(byline)}`;
}

/** What the most discussed paper has to do with the reader, when it has. */
function wish(facts: ReasonFacts): string {
  const { byline, saidKeywords, learnedTerms, followedTopics } = facts;
  const [topic] = followedTopics;
  if (byline !== null) return `, and it is ${bylineWords(byline)}`;
  if (saidKeywords.length > 0) return `, and it says ${keywords(saidKeywords.slice(0, 1))}`;
  if (learnedTerms.length > 0) return `, and you liked papers on ${quoted(learnedTerms)}`;
  return topic === undefined ? '' : `, and it is on ${topic}, which you follow`;
}

/** The reader's part in a reason. */
interface Wording {
  /** When nothing else is told. */
  plain: string;
  /** Before what else is told, without a stop. */
  subject: string;
  /** The same in other words, or null. */
  other: string | null;
}

function wordingOf(facts: ReasonFacts): Wording {
  const { byline, saidKeywords, learnedTerms, followedTopics, otherTopic } = facts;
  if (byline !== null)
    return withPlain(bylineWords(byline), `${byWords(byline)}, one of your names`);
  if (saidKeywords.length > 0)
    return withPlain(`it says ${keywords(saidKeywords)}`, `you asked for ${quoted(saidKeywords)}`);
  if (learnedTerms.length > 0)
    return withPlain(
      `you liked papers on ${quoted(learnedTerms)}`,
      `close to papers that you liked: ${quoted(learnedTerms)}`,
    );
  if (followedTopics.length > 0) {
    const topics = describeList(followedTopics);
    return {
      plain: `Because you follow ${topics}.`,
      subject: `on ${topics}, which you follow`,
      other: `On ${topics}, which you follow.`,
    };
  }
  const period = periodOf(facts);
  if (otherTopic === null) return { plain: `From the papers ${period}.`, subject: '', other: null };
  return {
    plain: `From the papers on ${otherTopic} ${period}.`,
    subject: `on ${otherTopic}`,
    other: `On ${otherTopic}.`,
  };
}

function withPlain(subject: string, other: string): Wording {
  return { plain: sentence(subject), subject, other: sentence(other) };
}

/** What can be said of the paper itself, the most telling first. */
function remarksOn(facts: ReasonFacts): { kind: ReasonKind; words(subject: string): string }[] {
  const { followedTopics, otherTopic, popularity, isUndiscussed, hasCode, figure } = facts;
  const [topic] = followedTopics;
  const isOnTopicAlone = topic !== undefined && followedTopics.length === 1 && !hasWish(facts);
  const period = periodOf(facts);
  const isDiscussed = popularity >= MUCH_DISCUSSED && !isUndiscussed;
  const remarks: (false | { kind: ReasonKind; words(subject: string): string })[] = [
    isOnTopicAlone &&
      facts.leadsTopicOf > 2 && {
        kind: 'leading',
        words: () =>
          `The most discussed of ${countWord(facts.leadsTopicOf)} papers on ${topic}, which you follow.`,
      },
    isDiscussed && {
      kind: 'discussed',
      words: (subject) =>
        subject === ''
          ? `Among the most discussed papers ${period}.`
          : sentence(`${subject}, and among the most discussed papers ${period}`),
    },
    hasCode && { kind: 'code', words: (subject) => joined(subject, 'its code is out') },
    isOnTopicAlone &&
      otherTopic !== null && {
        kind: 'meeting',
        words: () => `Where ${topic}, which you follow, meets ${otherTopic}.`,
      },
    figure !== null && {
      kind: 'figure',
      words: (subject) => joined(subject, `it gives a number: ${figure}`),
    },
    !isDiscussed &&
      !isUndiscussed && {
        kind: 'noticed',
        words: (subject) => joined(subject, 'readers have noticed it'),
      },
  ];
  return remarks.filter((remark) => remark !== false);
}

/** Whether the reader asked for more than topics of it. */
function hasWish({ byline, saidKeywords, learnedTerms }: ReasonFacts): boolean {
  return byline !== null || saidKeywords.length > 0 || learnedTerms.length > 0;
}

function joined(subject: string, remark: string): string {
  return sentence(subject === '' ? remark : `${subject}, and ${remark}`);
}

function bylineWords(byline: Byline): string {
  return `${byWords(byline)}, ${byline.kind === 'author' ? 'whom' : 'which'} you follow`;
}

function byWords({ kind, name }: Byline): string {
  return `${kind === 'author' ? 'by' : 'from'} ${name}`;
}

/** `“a”, one of your words` or `“a” and “b”, two of your words`. */
function keywords(said: readonly string[]): string {
  const shown = said.slice(0, MOST_KEYWORDS);
  return `${quoted(shown)}, ${countWord(shown.length)} of your words`;
}

function quoted(words: readonly string[]): string {
  return describeList(words.slice(0, MOST_KEYWORDS).map((word) => `“${word}”`));
}

function periodOf({ kind }: ReasonFacts): string {
  return kind === 'weekly' ? 'this week' : 'today';
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
