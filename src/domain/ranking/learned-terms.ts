import type { FeedbackVerb } from '../feedback/feedback-event.ts';
import type { Paper } from '../papers/paper.ts';
import { DAY_MS } from '../time/units.ts';
import type { Idf } from './inverse-document-frequency.ts';
import { computeTermVector, normaliseVector } from './term-vector.ts';

/** Feedback on a paper, or a paper of the subscriber's own library. */
export interface JudgedPaper {
  paper: Pick<Paper, 'id' | 'title' | 'abstract'>;
  verb: FeedbackVerb | 'library';
  givenAt: Date;
}

/** A term with its weight, -1 to 1: positive if the subscriber likes papers that contain it. */
export interface LearnedTerm {
  term: string;
  weight: number;
}

/** The profile learned from a subscriber's feedback. */
export interface Learned {
  /** Amount of feedback behind it: 1 for a liked paper, a third for a click, a fifth for a disliked
   *  paper, which says less about what a subscriber wants. */
  feedback: number;
  /** The greatest absolute weight first; a vector of length 1. */
  terms: LearnedTerm[];
}

/** Weight of a feedback event. */
const FEEDBACK_WEIGHTS: Readonly<Record<FeedbackVerb, number>> = {
  more: 1,
  save: 1,
  click: 1 / 3,
  less: -1,
};

/**
 * A library counts as at most this many liked papers, so that one of hundreds does not drown what
 * its reader says later (docs/relevance.md, “What a library teaches”).
 */
const MAX_LIBRARY_WEIGHT = 10;

/** Rocchio (1971): liked papers count more than disliked ones. */
const POSITIVE_WEIGHT = 0.75;
const NEGATIVE_WEIGHT = 0.15;

/** Daily decay of a feedback event's weight: half of it is left after ten weeks. */
const DAILY_DECAY = 0.99;

/** The strongest terms are kept. More help little and make choosing slower (docs/relevance.md). */
export const MAX_LEARNED_TERMS = 500;

/**
 * Learns terms from feedback: 0.75 × the mean of the liked papers − 0.15 × the mean of the disliked
 * ones, each event losing 1 % of its weight a day. Keeps the 500 strongest terms, without those in
 * `unlearned`.
 */
export function learnTerms(
  judged: readonly JudgedPaper[],
  { idf, unlearned, now, vectorOf = (paper) => computeTermVector(paper, idf) }: LearnOptions,
): Learned {
  const weightOf = createWeigher(judged);
  const weighted = judged.map((each) => ({
    ...each,
    feedbackWeight: weightOf(each) * decayFactorOf(each, now),
  }));
  const liked = weighted.filter(({ feedbackWeight }) => feedbackWeight > 0);
  const likedCount = liked.reduce(
    (sum, each) => sum + (each.verb === 'library' ? weightOf(each) : 1),
    0,
  );
  const sums = new Map<string, number>();
  for (const { paper, feedbackWeight } of weighted) {
    const share =
      feedbackWeight > 0
        ? POSITIVE_WEIGHT / likedCount
        : NEGATIVE_WEIGHT / (weighted.length - liked.length);
    for (const [term, weight] of vectorOf(paper)) {
      if (unlearned.has(term)) continue;
      sums.set(term, (sums.get(term) ?? 0) + share * feedbackWeight * weight);
    }
  }
  const strongest = [...sums]
    .filter(([, weight]) => weight !== 0)
    .sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
    .slice(0, MAX_LEARNED_TERMS);
  const terms = [...normaliseVector(new Map(strongest))].map(([term, weight]) => ({
    term,
    weight,
  }));
  return { feedback: sumFeedback(judged), terms };
}

interface LearnOptions {
  idf: Idf;
  /** Terms that the subscriber removed. */
  unlearned: ReadonlySet<string>;
  now: Date;
  /** Term vectors that were computed before. @defaultValue computes them */
  vectorOf?: VectorOf;
}

/** The term vector of a paper. */
export type VectorOf = (paper: JudgedPaper['paper']) => ReadonlyMap<string, number>;

/** Weighs events by their verbs; the papers of a library share its weight. */
function createWeigher(judged: readonly JudgedPaper[]): (each: JudgedPaper) => number {
  const libraryPapers = judged.filter(({ verb }) => verb === 'library').length;
  const libraryWeight = Math.min(1, MAX_LIBRARY_WEIGHT / libraryPapers);
  return ({ verb }) => (verb === 'library' ? libraryWeight : FEEDBACK_WEIGHTS[verb]);
}

function sumFeedback(judged: readonly JudgedPaper[]): number {
  const weightOf = createWeigher(judged);
  return judged.reduce((sum, each) => {
    const weight = weightOf(each);
    return sum + (weight > 0 ? weight : (-weight * NEGATIVE_WEIGHT) / POSITIVE_WEIGHT);
  }, 0);
}

function decayFactorOf({ givenAt }: JudgedPaper, now: Date): number {
  return DAILY_DECAY ** Math.max(0, (now.getTime() - givenAt.getTime()) / DAY_MS);
}

const TAB_CODE = 9;
const FIELD_SEPARATOR = String.fromCharCode(TAB_CODE);
/** A packed weight is a sign and four digits, in ten-thousandths. */
const WEIGHT_SCALE = 10_000;
const PACKED_WEIGHT_CHARS = 5;
const ZERO_CODE = 48;
const MINUS_CODE = 45;

/**
 * Packs a profile into one text with tabs between the fields: the feedback, all weights as a sign
 * and four digits each, then the terms. Null for a profile without terms. The format is fast to
 * read, because it is read for every mail.
 */
export function packLearned({ feedback, terms }: Learned): string | null {
  if (terms.length === 0) return null;
  const weights = terms.map(({ weight }) => packWeight(weight)).join('');
  const amount = String(Math.round(feedback * 100) / 100);
  return [amount, weights, ...terms.map(({ term }) => term)].join(FIELD_SEPARATOR);
}

/** Unpacks a profile; null gives an empty one. */
export function unpackLearned(packed: string | null): Learned {
  const terms: LearnedTerm[] = [];
  if (packed === null) return { feedback: 0, terms };
  const bytes = Buffer.from(packed);
  const feedback = forEachLearnedTerm(bytes, (start, end, weight) => {
    terms.push({ term: bytes.toString('utf8', start, end), weight });
  });
  return { feedback, terms };
}

/**
 * Calls `visit` with the start and end of each term in `packed` (UTF-8) and its weight. Returns the
 * feedback.
 */
export function forEachLearnedTerm(
  packed: Uint8Array,
  visit: (start: number, end: number, weight: number) => void,
): number {
  const weightsStart = findFieldEnd(packed, 0) + 1;
  let start = findFieldEnd(packed, weightsStart) + 1;
  for (let at = weightsStart; start <= packed.length; at += PACKED_WEIGHT_CHARS) {
    const end = findFieldEnd(packed, start);
    visit(start, end, readScaledWeight(packed, at) / WEIGHT_SCALE);
    start = end + 1;
  }
  return weightsStart > packed.length ? 0 : readFeedback(packed, weightsStart - 1);
}

/** The end of the field that starts at `start`: the next tab or the end of the text. */
function findFieldEnd(packed: Uint8Array, start: number): number {
  let end = start;
  while (end < packed.length && packed[end] !== TAB_CODE) end += 1;
  return end;
}

function packWeight(weight: number): string {
  const scaledWeight = Math.min(WEIGHT_SCALE - 1, Math.round(Math.abs(weight) * WEIGHT_SCALE));
  return `${weight < 0 ? '-' : '+'}${String(scaledWeight).padStart(PACKED_WEIGHT_CHARS - 1, '0')}`;
}

/** A packed weight, in ten-thousandths. */
function readScaledWeight(packed: Uint8Array, at: number): number {
  let scaledWeight = 0;
  for (let digit = at + 1; digit < at + PACKED_WEIGHT_CHARS; digit += 1) {
    scaledWeight = scaledWeight * 10 + (packed[digit] as number) - ZERO_CODE;
  }
  return packed[at] === MINUS_CODE ? -scaledWeight : scaledWeight;
}

function readFeedback(packed: Uint8Array, end: number): number {
  return Number(String.fromCharCode(...packed.subarray(0, end)));
}

/** For each term, the papers with feedback that contain it, in their order. */
export function findSourcePapers<Judged extends JudgedPaper>(
  terms: readonly LearnedTerm[],
  judged: readonly Judged[],
  vectorOf: VectorOf,
): Map<string, Judged[]> {
  const sources = new Map<string, Judged[]>(terms.map(({ term }) => [term, []]));
  for (const each of judged) {
    for (const term of vectorOf(each.paper).keys()) sources.get(term)?.push(each);
  }
  return sources;
}
