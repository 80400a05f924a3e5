import { countWord, describeList } from './describe.ts';
import type { DigestKind } from './digest.ts';

/** Why a paper is in a selection, as facts; `describeReason` turns them into the reader's sentence. */
export interface ReasonFacts {
  kind: DigestKind;
  /** Names of the paper's topics that the reader follows, the best match first. */
  followedTopics: readonly string[];
  /** The reader's words that the paper says; a dark horse has one when it is on no followed topic. */
  saidKeywords: readonly string[];
  isMostDiscussed: boolean;
  /** Share of its day that the paper leaves behind, 0 to 1. */
  popularity: number;
  hasCode: boolean;
  isUndiscussed: boolean;
  isDarkHorse: boolean;
  /** The paper's own first topic, for readers who follow none. */
  topic: string | null;
}

/** From this popularity on, a paper is called much discussed. */
const MUCH_DISCUSSED = 0.8;

/** More would be a list, not a sentence. */
const MOST_KEYWORDS = 3;

/** The reason in one or two sentences, in the voice of LOOK.md: who, what, when; no cheering. */
export function describeReason(facts: ReasonFacts): string {
  if (facts.isDarkHorse) return `${silence(facts)} ${interest(facts)}`;
  if (facts.isMostDiscussed) return `The most discussed paper ${periodOf(facts)}${wish(facts)}.`;
  if (facts.saidKeywords.length > 0) return `It says ${keywords(facts.saidKeywords)}.`;
  if (facts.followedTopics.length > 0)
    return `Because you follow ${describeList(facts.followedTopics)}.`;
  if (facts.popularity >= MUCH_DISCUSSED)
    return `Among the most discussed papers ${periodOf(facts)}.`;
  return remark(facts);
}

function silence(facts: ReasonFacts): string {
  return facts.isUndiscussed ? 'Nobody has said a word about it yet.' : 'Few have noticed it yet.';
}

function interest({ followedTopics: [topic], saidKeywords }: ReasonFacts): string {
  return topic === undefined
    ? `It says ${keywords(saidKeywords)}.`
    : `It is close to ${topic}, which you follow.`;
}

/** What the most discussed paper has to do with the reader, when it has. */
function wish({ followedTopics: [topic], saidKeywords }: ReasonFacts): string {
  if (saidKeywords.length > 0) return `, and it says ${keywords(saidKeywords.slice(0, 1))}`;
  return topic === undefined ? '' : `, and it is on ${topic}, which you follow`;
}

/** `“a”, one of your words` or `“a” and “b”, two of your words`. */
function keywords(said: readonly string[]): string {
  const shown = said.slice(0, MOST_KEYWORDS).map((word) => `“${word}”`);
  return `${describeList(shown)}, ${countWord(shown.length)} of your words`;
}

/** For readers who follow nothing: the best that can be said of a paper of the day. */
function remark(facts: ReasonFacts): string {
  const subject = facts.topic === null ? '' : `On ${facts.topic}, and `;
  if (facts.hasCode) return sentence(`${subject}its code is out`);
  if (facts.popularity > 0) return sentence(`${subject}readers have noticed it`);
  return `From the papers ${facts.topic === null ? '' : `on ${facts.topic} `}${periodOf(facts)}.`;
}

function periodOf({ kind }: ReasonFacts): string {
  return kind === 'weekly' ? 'this week' : 'today';
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
