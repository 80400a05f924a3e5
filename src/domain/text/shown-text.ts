import type { DisplayFormat } from '../digests/digest-layout.ts';
import { findKeyResult, type KeyResult } from '../papers/key-result.ts';
import { splitSentences, takeFirstSentences } from './sentences.ts';

/** The part of an abstract that is shown, unchanged. */
interface ShownText {
  text: string;
  figure: KeyResult | null;
}

/**
 * The part of `abstract` that a mail and its web view show in a format. The lead shows the
 * beginning; the others start where the authors say what is new; a brief is the one sentence with
 * the key result, or else with that claim.
 */
export function showAbstract(abstract: string, form: DisplayFormat): ShownText {
  const figure = shortFigure(abstract);
  if (form === 'brief') return { text: briefText(abstract, figure), figure };
  const text =
    form === 'lead'
      ? takeFirstSentences(abstract, LEAD_TEXT)
      : takeFirstSentences(fromClaim(abstract), STORY_TEXT);
  return { text, figure };
}

/** Number of words in `texts`. */
export function countWords(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
}

function shortFigure(abstract: string): KeyResult | null {
  const found = findKeyResult(abstract);
  const isReadable =
    found !== null && found.figure.length <= MAX_FIGURE && found.quote.length <= MAX_QUOTE;
  return isReadable ? found : null;
}

function briefText(abstract: string, figure: KeyResult | null): string {
  const withFigure = [...splitSentences(abstract)].find(
    ({ text }) => figure !== null && text.includes(figure.quote) && text.length <= MAX_BRIEF,
  );
  const claim = { most: 1, maxLength: MAX_BRIEF };
  return withFigure?.text ?? takeFirstSentences(fromClaim(abstract), claim);
}

/** `abstract` from its first `We propose …`, or all of it without such a sentence. */
function fromClaim(abstract: string): string {
  const claim = [...splitSentences(abstract)].find(({ text }) => CLAIM.test(text));
  return claim === undefined ? abstract : abstract.slice(claim.start);
}

const LEAD_TEXT = { most: 3, maxLength: 520 };
const STORY_TEXT = { most: 2, maxLength: 360 };

/** Only sentences that make sense alone: not `To solve this, we …`. */
const CLAIM =
  /^(?:(?:Here|In this (?:work|paper|study|article|report|survey)),? )?(?:we|this (?:work|paper|study|article|report|survey)) (?:address|argue|demonstrate|describe|develop|establish|explore|introduce|investigate|present|propose|prove|provide|report|show|stud(?:y|ies))(?:es|s)?\b/i;

/** In characters. Sentences of real papers are shorter; a longer one would fill the mail. */
const MAX_BRIEF = 400;
const MAX_FIGURE = 24;
const MAX_QUOTE = 300;
