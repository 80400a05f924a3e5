import { describeList } from './describe.ts';
import type { DigestKind } from './digest.ts';

/** Why a paper is in a selection, as facts; `describeReason` turns them into the reader's sentence. */
export interface ReasonFacts {
  kind: DigestKind;
  /** Names of the paper's topics that the reader follows, the best match first. */
  followedTopics: readonly string[];
  /** The reader's words that the paper says. */
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

/** The reason in one or two sentences, in the voice of LOOK.md: who, what, when; no cheering. */
export function describeReason(facts: ReasonFacts): string {
  const period = facts.kind === 'weekly' ? 'this week' : 'today';
  if (facts.isDarkHorse) return `${silence(facts)} It is close to ${interest(facts)}.`;
  if (facts.isMostDiscussed) {
    const said = facts.saidKeywords[0];
    if (said !== undefined)
      return `The most discussed paper ${period}, and it says “${said}”, one of your words.`;
    const followed = facts.followedTopics[0];
    if (followed !== undefined)
      return `The most discussed paper ${period}, and on ${followed}, which you follow.`;
    return `The most discussed paper ${period}.`;
  }
  if (facts.saidKeywords.length > 0) {
    const words = describeList(facts.saidKeywords.slice(0, 3).map((word) => `“${word}”`));
    return `It says ${words}, ${facts.saidKeywords.length === 1 ? 'one of your words' : 'words of yours'}.`;
  }
  if (facts.followedTopics.length > 0)
    return `Because you follow ${describeList(facts.followedTopics)}.`;
  if (facts.popularity >= MUCH_DISCUSSED) return `Among the most discussed papers ${period}.`;
  const subject = facts.topic === null ? '' : ` on ${facts.topic}`;
  if (facts.hasCode) return `Its code is out; one of the papers${subject} ${period}.`;
  return facts.popularity > 0
    ? `Readers talk about it ${period}${subject === '' ? '' : `, a paper${subject}`}.`
    : `From the papers${subject} ${period}.`;
}

function silence(facts: ReasonFacts): string {
  return facts.isUndiscussed ? 'Nobody has said a word about it yet.' : 'Few have noticed it yet.';
}

function interest(facts: ReasonFacts): string {
  const [topic] = facts.followedTopics;
  if (topic !== undefined) return `${topic}, which you follow`;
  return `“${facts.saidKeywords[0] ?? ''}”, one of your words`;
}
