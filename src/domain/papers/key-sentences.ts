import { splitSentences } from '../text/sentences.ts';
import { ABSTRACT_SECTIONS, type AbstractSection, findSections } from './abstract-sections.ts';
import {
  type Announcement,
  addCues,
  CONTRIBUTION_CUES,
  classifySentence,
  findAnnouncement,
  RESULT_CUES,
  type SentenceKind,
} from './sentence-cues.ts';
import { splitTitle } from './split-title.ts';

/** The sentences of an abstract, and which of them say what the paper does. */
interface KeySentences {
  sentences: readonly string[];
  /** Index of the sentence that says best what the paper contributes; 0 if none says it. */
  contribution: number;
  /** Index of the sentence with the most telling result, or null. It comes after the
   *  contribution. */
  result: number | null;
}

/**
 * Finds the sentences of an abstract that state its contribution and its result, by the phrases
 * with which authors of all fields announce them: “we propose”, “is presented”, “the aim of this
 * study”, “Results:”. Linear in the length. docs/relevance.md says how often it is right.
 */
export function findKeySentences(paper: { title: string; abstract: string }): KeySentences {
  const sentences = Array.from(splitSentences(paper.abstract), ({ text }) => text);
  const sections = findSections(sentences);
  const name = findCoinedName(paper.title);
  const facts = sentences.slice(0, MAX_SENTENCES).map((sentence, at) =>
    describeSentence(sentence.slice(0, MAX_READ_CHARS), {
      section: sections[at] ?? 'none',
      place: at / sentences.length,
      name,
    }),
  );
  const contributions = facts.map(scoreContribution);
  const best = indexOfGreatest(contributions);
  const contribution = (contributions[best] ?? 0) < MIN_CONTRIBUTION ? 0 : best;
  const results = facts.map((each, at) => (at > contribution ? scoreResult(each) : 0));
  const result = indexOfGreatest(results);
  return {
    sentences,
    contribution,
    result: (results[result] ?? 0) < MIN_RESULT ? null : result,
  };
}

interface SentenceContext {
  section: AbstractSection;
  /** 0 at the beginning of the abstract, almost 1 at its end. */
  place: number;
  /** What the title calls the paper's work, in lower case, or null. */
  name: string | null;
}

/** Nested, since spreading objects would cost more than all the rest. */
interface SentenceFacts {
  sentence: string;
  context: SentenceContext;
  kind: SentenceKind;
  announcement: Announcement;
  announcementScore: number;
  /** The text after the name; null when the sentence does not contain it. */
  afterName: string | null;
}

function describeSentence(sentence: string, context: SentenceContext): SentenceFacts {
  const { name } = context;
  const at = name === null ? -1 : sentence.toLowerCase().indexOf(name);
  const end = at + (name?.length ?? 0);
  const { kind, score } = findAnnouncement(sentence);
  return {
    sentence,
    context,
    kind: classifySentence(sentence),
    announcement: kind,
    announcementScore: score,
    afterName: at === -1 ? null : sentence.slice(end, end + 80),
  };
}

/** How well a sentence says what the paper contributes. */
function scoreContribution(facts: SentenceFacts): number {
  const { sentence, context, kind, afterName } = facts;
  const isClear = facts.announcement === 'makes';
  return (
    facts.announcementScore +
    (afterName === null ? 0 : EXPLAINS_NAME.test(afterName) ? 4 : 1.5) +
    addCues(CONTRIBUTION_CUES, sentence) +
    ABSTRACT_SECTIONS[context.section].contribution -
    (kind.isTrial ? (isClear ? 1 : 4) : 0) -
    (kind.isAvailability ? 5 : 0) -
    (kind.isEmpty ? 4 : 0) -
    (kind.isAboutOthers ? 2.5 : 0) -
    (kind.isConcession ? 1.5 : 0) -
    (kind.isAddition ? 2 : 0) -
    (sentence.length <= 40 || sentence.length >= 400 ? 1 : 0) -
    1.2 * context.place
  );
}

/** How well a sentence tells a result of the paper. */
function scoreResult(facts: SentenceFacts): number {
  const { context, kind } = facts;
  return (
    addCues(RESULT_CUES, facts.sentence) +
    RESULT_VERB_SCORES[facts.announcement] +
    ABSTRACT_SECTIONS[context.section].result +
    (facts.afterName === null ? 0 : 0.5) +
    (kind.isTrial ? 2.5 : 0) -
    (kind.isAvailability ? 6 : 0) -
    (kind.isEmpty ? 3 : 0) -
    (kind.isAboutOthers ? 3 : 0) -
    (kind.isConcession ? 2 : 0) -
    (facts.sentence.length <= 60 ? 1 : facts.sentence.length >= 380 ? 1.5 : 0) +
    context.place
  );
}

/** `swan` for “SWAN: SGD with Normalization …”; null when the title starts with a phrase. */
function findCoinedName(title: string): string | null {
  const { name, deck } = splitTitle(title);
  const isName = deck !== null && name.length <= MAX_NAME_CHARS && name.split(' ').length <= 3;
  return isName ? name.toLowerCase() : null;
}

function indexOfGreatest(numbers: readonly number[]): number {
  return numbers.reduce((best, each, at) => (each > (numbers[best] ?? each) ? at : best), 0);
}

/** Abstracts have some ten sentences, and a longer text is none. Bounds the work. */
const MAX_SENTENCES = 80;
const MAX_READ_CHARS = 1_200;
const MAX_NAME_CHARS = 30;
/** A paper that “shows” or “proves” tells a result; one that “proposes” does not. */
const RESULT_VERB_SCORES = {
  makes: -1.5,
  proves: 2,
  finds: 2.5,
  studies: 0,
  uses: 0,
  none: 0,
} as const satisfies Record<Announcement, number>;

const MIN_CONTRIBUTION = 0.25;
const MIN_RESULT = 1.9;

/** What follows the name where a sentence says what it is or does. */
const EXPLAINS_NAME =
  /^(?: \([^()]{1,60}\))?(?:,? (?:-- )?(?:an?|our|the first|which)\b| (?:is|are|was|provides?|introduces?|presents?|combines?|uses?|learns?|integrates?|implements?|employs?|addresses|consists?|leverages?|enables?|extends?|allows?|unifies|models?|treats?|features?)\b)/;
