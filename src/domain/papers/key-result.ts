import { splitSentences } from '../text/sentences.ts';

export interface KeyResult {
  /** The number as written in the abstract, such as `1.35x` or `92.19%`. */
  figure: string;
  /** The words around it: an unchanged part of the abstract that starts at a word. */
  quote: string;
}

/**
 * The most important number of an abstract, with its words, or null if no number is surely a
 * result. A wrong one is worse than none: years, model sizes, p-values and results of others do not
 * count.
 */
export function findKeyResult(abstract: string): KeyResult | null {
  const candidates = [...splitSentences(abstract)].flatMap(({ text }) => findCandidates(text));
  const best = candidates.reduce<KeyResultCandidate | null>(
    (winner, candidate) => (winner && !isBetter(candidate, winner) ? winner : candidate),
    null,
  );
  return best && best.score >= MIN_KEY_RESULT_SCORE
    ? { figure: best.figure, quote: best.quote }
    : null;
}

/**
 * Whether a number is large enough to stand alone: at least 2×, 20 % or 5 points. A smaller gain
 * needs its sentence.
 */
export function isTellingFigure(figure: string): boolean {
  const limit = TELLING_LIMITS.find(({ unit }) => unit.test(figure))?.limit ?? 0;
  return greatestNumber(figure) >= limit;
}

function parseNumber(text: string): number {
  const isGrouped = /^\d{1,3}(?:,\d{3})+/.test(text);
  return Number.parseFloat(isGrouped ? text.replaceAll(',', '') : text.replace(',', '.'));
}

interface KeyResultCandidate extends KeyResult {
  score: number;
}

/** Of two numbers of one clause that are equally likely, the greater one: authors give their best
 *  result among others. */
function isBetter(candidate: KeyResultCandidate, winner: KeyResultCandidate): boolean {
  if (candidate.score !== winner.score) return candidate.score > winner.score;
  const isSameUnit = unitOf(candidate.figure) === unitOf(winner.figure);
  return (
    candidate.quote === winner.quote &&
    isSameUnit &&
    greatestNumber(candidate.figure) > greatestNumber(winner.figure)
  );
}

function unitOf(figure: string): string {
  return figure.replace(/[\d.,\s+–-]/g, '');
}

function greatestNumber(figure: string): number {
  return Math.max(...(figure.match(/\d+(?:[.,]\d+)*/g) ?? []).map(parseNumber));
}

function findCandidates(sentence: string): KeyResultCandidate[] {
  const numbers = [...sentence.slice(0, MAX_SENTENCE_CHARS).matchAll(NUMBER)];
  return numbers.flatMap((match) => {
    const figure = match[0];
    const position = { sentence, start: match.index, end: match.index + figure.length };
    const quote = extractQuote(position);
    return quote === null ? [] : [{ figure, quote, score: scoreNumber(position, quote) }];
  });
}

/** Position of a number in its sentence. */
interface NumberPosition {
  sentence: string;
  start: number;
  end: number;
}

/** How likely the number is the paper's result, judged by the words beside it. */
function scoreNumber({ sentence, start, end }: NumberPosition, quote: string): number {
  const figure = sentence.slice(start, end);
  const before = sentence.slice(Math.max(0, start - 60), start);
  const after = sentence.slice(end, end + 45);
  const unit = UNIT_SCORES.find(({ unit }) => unit.test(figure))?.score ?? 0;
  const isCompared = CONTRAST.test(quote) && (quote.match(NUMBER) ?? []).length > 1;
  return (
    unit +
    (GAIN_VERB.test(quote) ? 2 : 0) +
    (GAIN_AFTER.test(after) ? 2 : 0) +
    (GAIN_BEFORE.test(before) ? 1 : 0) +
    (isCompared ? 2 : 0) -
    (COST.test(after) || COST_BEFORE.test(before) ? 4 : 0) -
    (NOT_A_RESULT_BEFORE.test(before) || NOT_A_RESULT_AFTER.test(after) ? 6 : 0) -
    (PRIOR_WORK.test(sentence) && !OWN_WORK.test(sentence) ? 5 : 0) -
    (ABLATION.test(sentence) ? 4 : 0) -
    (isInParentheses(sentence, start) && !after.startsWith(' relative') ? 4 : 0)
  );
}

function isInParentheses(sentence: string, at: number): boolean {
  return sentence.lastIndexOf('(', at) > sentence.lastIndexOf(')', at);
}

/** The whole sentence if it is short, else the clause with the number, extended or trimmed to a
 *  readable length; null if there is no such part. */
function extractQuote(position: NumberPosition): string | null {
  const { sentence } = position;
  const clause =
    sentence.length <= MAX_QUOTE_CHARS ? { start: 0, end: sentence.length } : findClause(position);
  const shortest =
    clause.end - clause.start <= MAX_QUOTE_CHARS ? clause : trimClause(position, clause);
  const excerpt = sentence.slice(shortest.start, shortest.end);
  const quote = excerpt === sentence ? excerpt : excerpt.replace(/[\s.,;:]+$/, '');
  const isReadable = quote.length <= MAX_QUOTE_CHARS && quote.split(' ').length >= MIN_QUOTE_WORDS;
  return isReadable && hasBalancedParentheses(quote) ? quote : null;
}

function hasBalancedParentheses(quote: string): boolean {
  return quote.split('(').length === quote.split(')').length;
}

interface ClauseSpan {
  start: number;
  end: number;
}

/**
 * From the break before the number to the break after it, extended to the left until the clause has
 * a verb of gain.
 */
function findClause({ sentence, start, end }: NumberPosition): ClauseSpan {
  const breaks = findClauseBreaks(sentence);
  const starts = breaks.filter((at) => at.next <= start).map((at) => at.next);
  const clauseEnd = breaks.find((at) => at.start >= end)?.start ?? sentence.length;
  const candidates = [0, ...starts].reverse();
  const isWhole = (from: number) => GAIN_VERB.test(sentence.slice(from, clauseEnd));
  const fitting = candidates.filter((from) => clauseEnd - from <= MAX_QUOTE_CHARS);
  const from = fitting.find(isWhole) ?? candidates[0] ?? 0;
  const contrastEnd = findContrastEnd(sentence, clauseEnd);
  return { start: from, end: contrastEnd - from <= MAX_QUOTE_CHARS ? contrastEnd : clauseEnd };
}

/** `..., whereas standard LLM counterparts struggle around 5%` belongs to the clause before it. */
function findContrastEnd(sentence: string, clauseEnd: number): number {
  return clauseEnd + (CONTRAST_CLAUSE.exec(sentence.slice(clauseEnd))?.[0].length ?? 0);
}

function findClauseBreaks(sentence: string): { start: number; next: number }[] {
  return [...sentence.matchAll(CLAUSE_BREAK)]
    .map((match) => ({ start: match.index, next: match.index + match[0].length }))
    .filter((at) => !isInParentheses(sentence, at.start));
}

/** Starts at the verb of gain if the subject is too long, and drops an optional tail. */
function trimClause({ sentence, start, end }: NumberPosition, clause: ClauseSpan): ClauseSpan {
  const tails = [...sentence.slice(end, clause.end).matchAll(TAIL)].map(
    (match) => end + match.index,
  );
  const heads = [...sentence.slice(clause.start, start).matchAll(HEAD)].map(
    (match) => clause.start + match.index + match[0].length,
  );
  const ends = [clause.end, ...tails.reverse()];
  const fits = (from: number) => ends.find((to) => to - from <= MAX_QUOTE_CHARS);
  for (const from of [clause.start, ...heads]) {
    const to = fits(from);
    if (to !== undefined) return { start: from, end: to };
  }
  return clause;
}

/** Length that fits beside the number in a mail, in characters. */
const MAX_QUOTE_CHARS = 110;
const MIN_QUOTE_WORDS = 4;
/** A longer text is no sentence. Bounds the work. */
const MAX_SENTENCE_CHARS = 1_200;
const MIN_KEY_RESULT_SCORE = 7;

const NUMBER =
  /(?<![\p{L}\p{N}_.,\-–/^@$])\+?\d+(?:[.,]\d+)*(?:%?[-–]\d+(?:[.,]\d+)*)?(?:[xX×](?![\p{L}\p{N}×])| ?%| ?pp\b| points?\b| [KMGT]i?B\b| ms\b| TFLOPS\b| times(?= (?:faster|more|less|fewer|smaller|higher|lower|better|cheaper)\b))/gu;

const UNIT_SCORES: readonly { unit: RegExp; score: number }[] = [
  { unit: /[xX×]$|times$/, score: 5 },
  { unit: /pp$|points?$/, score: 4 },
  { unit: /%$/, score: 4 },
  { unit: /B$|FLOPS$|ms$/, score: 3 },
];

const TELLING_LIMITS: readonly { unit: RegExp; limit: number }[] = [
  { unit: /[xX×]$|times$/, limit: 2 },
  { unit: /pp$|points?$/, limit: 5 },
  { unit: /%$/, limit: 20 },
];

const GAIN_VERB =
  /\b(?:improv|reduc|achiev|outperform|accelerat|speed|deliver|yield|cut|sav|boost|surpass|beat|exceed|gain|maintain|hold|reach|offer|serve|attain|increas|decreas|shrink|bring|demonstrat|averag|provid|enabl|obtain|rais|lower)(?:e|es|ed|s|ing|ting|ts|d)?\b|\b(?:cuts|brings|held|brought)\b/i;

const GAIN_BEFORE =
  /\b(?:up to|over|more than|by|achiev\w+|around|about|approx|roughly|approximately|nearly|at|of|averaging) (?:an? |about |around |up to |over )?$/i;

const GAIN_AFTER =
  /^(?:,? (?:and )?[\d.]+(?:[-–][\d.]+)?[xX×%])*[ -](?:[^.;,]{0,32} )?(?:speed-?ups?|faster|higher|lower|more|less|fewer|smaller|better|cheaper|reductions?|improvements?|gains?|throughput|accuracy|savings?|increase|decrease|relative|energy|bandwidth|average)\b/i;

const CONTRAST_CLAUSE = /^, (?:while|whereas) [^,;:]{1,100}$/;
const CONTRAST = /\b(?:while|whereas|versus|vs)\b/;

/** The cost of a gain is not the result. */
const COST =
  /^ (?:more (?:tokens|memory|time|compute|parameters)\b|(?!.{0,14}\b(?:no|without|minimal|negligible)\b)(?:[\w-]+ ){0,3}(?:drop|loss|degradation|overhead|slowdown|cost)\b)/i;
const COST_BEFORE =
  /(?:\bonly an? |\bdegrad\w+ (?:\w+ ){0,2}|\bdrops? (?:to|by) |\bstruggl\w+ \w+ |\bgrows? \w+ |\bless than )$/i;

const NOT_A_RESULT_BEFORE = /(?:[<>=] ?|\btop-| \w+-)$/i;
const NOT_A_RESULT_AFTER =
  /^(?: (?:(?:bandwidth |memory |GPU )?utili[sz]ation|confidence|CI|significance|of (?:the )?(?:data|parameters|training|weights|dataset))\b| ?\+\/-| ?±)/i;

/** A part of the work alone is not its result. */
const ABLATION = /^(?:(?:An?|The|Our) )?(?:\S+ ){0,2}(?:ablation|latency analysis)/i;

const PRIOR_WORK =
  /^(?:However|Existing|Prior|Previous|Recent|Traditional|Conventional|Current|Although|Despite|Unfortunately|Today)\b/;
const OWN_WORK = /\b(?:we|our)\b/i;

const CLAUSE_BREAK =
  /[;:] (?:(?:and )?\(\w{1,3}\) )?|, (?!\d|and \d)(?:(?:and|but|while|thus|thereby|with|which|respectively) )?| -- |\bthat /g;

/** Where a quote may start inside its clause. */
const HEAD =
  /\b(?:and )?(?=(?:improv|reduc|achiev|outperform|accelerat|deliver|yield|cut|boost|surpass|beat|exceed|maintain|offer|attain|reach|increas)\w*)/gi;

/** Tails that may be left out. */
const TAIL =
  /(?<!\b(?:compared|relative)),? (?=(?:compared|relative|over|with|while|whereas|on|from|for|in|than|across|without|when|at|through|adhering|and (?:reduc|improv|achiev|deliver|increas|allow)\w*)\b)|, /g;
