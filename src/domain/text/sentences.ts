/**
 * The first whole sentences of `text`, as long as neither limit is exceeded. The first sentence is
 * always included. The result is an unchanged part of `text`, and empty only when `text` is blank.
 */
export function takeFirstSentences(
  text: string,
  limits: { most: number; maxLength: number },
): string {
  const start = text.length - text.trimStart().length;
  let end = start;
  let count = 0;
  for (const sentence of splitSentences(text)) {
    const nextEnd = sentence.start + sentence.text.length;
    const isFull = count >= limits.most || nextEnd - start > limits.maxLength;
    if (count > 0 && isFull) break;
    end = nextEnd;
    count += 1;
  }
  return text.slice(start, end);
}

interface Sentence {
  /** Start of the sentence in the text, in UTF-16 units. */
  start: number;
  /** Without white space around it. */
  text: string;
}

/**
 * The sentences of `text`, in order. A sentence ends at a full stop, including closing quotes and
 * parentheses, if white space and anything but a lower-case word follow. The stops of abbreviations
 * (`et al.`), of initials and inside parentheses do not end a sentence. Linear in the length,
 * unlike `Intl.Segmenter` on Node 20.
 */
export function* splitSentences(text: string): Generator<Sentence> {
  let start = 0;
  for (const stop of text.matchAll(STOP)) {
    const end = stop.index + stop[0].length;
    if (!endsSentence(text, { start, end })) continue;
    yield* yieldTrimmed(text, { start, end });
    start = end;
  }
  yield* yieldTrimmed(text, { start, end: text.length });
}

function* yieldTrimmed(text: string, { start, end }: TextSpan): Generator<Sentence> {
  const sentence = text.slice(start, end);
  if (sentence.trim() === '') return;
  const blanks = sentence.length - sentence.trimStart().length;
  yield { start: start + blanks, text: sentence.trim() };
}

interface TextSpan {
  start: number;
  end: number;
}

function endsSentence(text: string, { start, end }: TextSpan): boolean {
  const before = text.slice(Math.max(start, end - MAX_CONTEXT_CHARS), end);
  const after = text.slice(end, end + MAX_CONTEXT_CHARS).trimStart();
  if (STARTS_IN_LOWER_CASE.test(after) && !LOWER_CASE_NAME.test(after)) return false;
  const lastWords = before.slice(-MAX_LAST_WORDS_CHARS);
  if (ABBREVIATION.test(lastWords) && !isEndOfCitation(lastWords, after)) return false;
  if (isInitial(lastWords, after)) return false;
  if (BEFORE_NUMBER.test(lastWords) && /^\d/.test(after)) return false;
  return !isInsideParentheses(before, after);
}

/** `by Sun et al. For larger N`: no name begins with a word that starts sentences. */
function isEndOfCitation(lastWords: string, after: string): boolean {
  return lastWords.endsWith('et al.') && SENTENCE_STARTER.test(after);
}

/** A single capital with a stop: `J. Smith`, but not `the parameters B and C. To ensure`. */
function isInitial(lastWords: string, after: string): boolean {
  if (SENTENCE_STARTER.test(after)) return false;
  return INITIAL_OF_A_NAME.test(lastWords);
}

/** Only if the parenthesis is closed: an unmatched one must not swallow the rest of the text. */
function isInsideParentheses(before: string, after: string): boolean {
  if (before.lastIndexOf('(') <= before.lastIndexOf(')')) return false;
  const closing = after.indexOf(')');
  const opening = after.indexOf('(');
  return closing !== -1 && (opening === -1 || closing < opening);
}

/** Context of a decision on either side, in characters. Bounds the work per sentence. */
const MAX_CONTEXT_CHARS = 300;

/** Enough for an abbreviation, or for an initial and the name before it, in characters. */
const MAX_LAST_WORDS_CHARS = 40;

const STOP = /[.!?…]["'”’»)\]]*(?=\s)|[。！？]["'”’»)\]]*/gu;

/** A lower-case word, but not the number of a list, such as `(ii)`. */
const STARTS_IN_LOWER_CASE = /^(?!\([ivxa-h]{1,4}\) \p{Lu})["'“‘«([]*\p{Ll}/u;

/** Names such as `semi-PD` and `vLLM` may begin a sentence. */
const LOWER_CASE_NAME = /^["'“‘«([]*\p{Ll}[\p{Ll}\d-]*\p{Lu}/u;

/** Abbreviations that never end a sentence. `etc.` may, so it is not among them. */
const ABBREVIATION =
  /(?:^|[\s("“[–—-])(?:e\.\s?g|i\.\s?e|et al|cf|vs|viz|approx|ca|resp|w\.r\.t|i\.i\.d|a\.k\.a|Figs?|Eqs?|Eqns?|Secs?|Sect|Tabs?|Refs?|Ch|Thms?|Lem|Props?|Defs?|Alg|Algs|App|Dr|Drs|Mr|Mrs|Ms|Prof|St|Jr|Sr|Inc|Ltd|Co|Corp|Phys|Rev|Lett|Opt|Soc|Am|Proc|Acad|Natl|Nat|Trans|Commun|Astrophys|Nucl|Mod|Int|Eur|Jpn|Conf|Symp|Univ|Dept)\.$/i;

/** Abbreviations only before a number. */
const BEFORE_NUMBER = /(?:^|[\s("“[])(?:Nos?|pp?|vol|art|ver)\.$/i;

const INITIAL_OF_A_NAME =
  /(?:^\s*|\p{Lu}\.|\], |\(|(?:^|[\s(])(?:\p{Lu}\p{L}*,?|\p{Lu}\.|by|and|of|with|from)[\s-])\p{Lu}\.$/u;

const SENTENCE_STARTER =
  /^["'“(]?(?:A|An|And|As|At|Because|Both|But|By|Each|Experiments?|Extensive|Finally|First|For|From|Further|Furthermore|Given|Here|How|However|If|In|Instead|It|Its|Moreover|Most|No|On|One|Our|Recent|Second|Since|Specifically|Such|That|The|Their|Then|There|Therefore|These|They|This|Those|Though|Thus|To|Under|Unlike|Using|We|What|When|Where|Whereas|While|With|Yet)(?=[\s,])/;
