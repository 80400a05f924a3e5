import type { Verb } from './feedback.ts';
import type { Idf } from './idf.ts';
import type { Paper } from './paper.ts';
import { toLengthOne, vectorOf } from './term-vector.ts';

/** Something that a reader said of a paper. */
export interface JudgedPaper {
  paper: Pick<Paper, 'id' | 'title' | 'abstract'>;
  verb: Verb;
  givenAt: Date;
}

/** What feedback taught of one term: above 0 the reader likes it, below 0 not, from -1 to 1. */
export interface LearnedTerm {
  term: string;
  weight: number;
}

/** What feedback taught of a reader. */
export interface Learned {
  /** How much feedback it comes from; a click is a third of one. */
  feedback: number;
  /** The strongest first; together a vector of length 1. */
  terms: LearnedTerm[];
}

/** What each verb says of a paper, as a share of a full word. */
const FORCE: Readonly<Record<Verb, number>> = { more: 1, save: 1, click: 1 / 3, less: -1 };

/** Rocchio's (1971) parts: liked papers draw more than disliked ones push. */
const LIKED = 0.75;
const DISLIKED = 0.15;

/** What is left of a word a day later. */
const KEPT_PER_DAY = 0.97;

export const MOST_LEARNED_TERMS = 200;

const DAY_MS = 86_400_000;

/**
 * What feedback teaches: 0.75 × the mean of the papers liked less 0.15 × the mean of those disliked, each
 * word of the reader worth 3 % less a day; the strongest 200 terms, but none of `unlearned`.
 */
export function learn(
  judged: readonly JudgedPaper[],
  { idf, unlearned, now }: { idf: Idf; unlearned: ReadonlySet<string>; now: Date },
): Learned {
  const said = judged.map((each) => ({ ...each, force: FORCE[each.verb] * freshness(each, now) }));
  const likes = said.filter(({ force }) => force > 0).length;
  const sums = new Map<string, number>();
  for (const { paper, force } of said) {
    const share = force > 0 ? LIKED / likes : DISLIKED / (said.length - likes);
    for (const [term, weight] of vectorOf(paper, idf)) {
      if (unlearned.has(term)) continue;
      sums.set(term, (sums.get(term) ?? 0) + share * force * weight);
    }
  }
  const strongest = [...sums]
    .filter(([, weight]) => weight !== 0)
    .sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
    .slice(0, MOST_LEARNED_TERMS);
  const terms = [...toLengthOne(new Map(strongest))].map(([term, weight]) => ({ term, weight }));
  return { feedback: amountOf(judged), terms };
}

/** How much feedback that is; a click is a third of a word. */
function amountOf(judged: readonly JudgedPaper[]): number {
  return judged.reduce((sum, { verb }) => sum + Math.abs(FORCE[verb]), 0);
}

function freshness({ givenAt }: JudgedPaper, now: Date): number {
  return KEPT_PER_DAY ** Math.max(0, (now.getTime() - givenAt.getTime()) / DAY_MS);
}

const TAB = 9;
const BETWEEN = String.fromCharCode(TAB);
/** A packed weight is a sign and four digits, in ten-thousandths. */
const STEPS = 10_000;
const WIDTH = 5;
const ZERO = 48;
const MINUS = 45;

/**
 * What was learned as one text, with tabs between: the feedback, all weights in a row, each as a sign and four
 * digits, and the terms. Null when nothing was: then there is nothing to store. Choosing reads this for every
 * mail, and so it is made to be read fast.
 */
export function packLearned({ feedback, terms }: Learned): string | null {
  if (terms.length === 0) return null;
  const weights = terms.map(({ weight }) => packWeight(weight)).join('');
  const amount = String(Math.round(feedback * 100) / 100);
  return [amount, weights, ...terms.map(({ term }) => term)].join(BETWEEN);
}

/** What was packed; of null, nothing. */
export function unpackLearned(packed: string | null): Learned {
  const terms: LearnedTerm[] = [];
  if (packed === null) return { feedback: 0, terms };
  const bytes = Buffer.from(packed);
  const feedback = eachLearned(bytes, (start, end, weight) => {
    terms.push({ term: bytes.toString('utf8', start, end), weight });
  });
  return { feedback, terms };
}

/** Calls `use` for each term that was packed, with where in `packed`, as UTF-8, it stands; returns the
 *  feedback. */
export function eachLearned(
  packed: Uint8Array,
  use: (start: number, end: number, weight: number) => void,
): number {
  const weightsAt = endOf(packed, 0) + 1;
  let start = endOf(packed, weightsAt) + 1;
  for (let at = weightsAt; start <= packed.length; at += WIDTH) {
    const end = endOf(packed, start);
    use(start, end, stepsAt(packed, at) / STEPS);
    start = end + 1;
  }
  return weightsAt > packed.length ? 0 : feedbackOf(packed, weightsAt - 1);
}

/** Where what begins at `start` ends: at the next tab, or with the text. */
function endOf(packed: Uint8Array, start: number): number {
  let end = start;
  while (end < packed.length && packed[end] !== TAB) end += 1;
  return end;
}

function packWeight(weight: number): string {
  const steps = Math.min(STEPS - 1, Math.round(Math.abs(weight) * STEPS));
  return `${weight < 0 ? '-' : '+'}${String(steps).padStart(WIDTH - 1, '0')}`;
}

/** A packed weight, in ten-thousandths. */
function stepsAt(packed: Uint8Array, at: number): number {
  let steps = 0;
  for (let digit = at + 1; digit < at + WIDTH; digit += 1) {
    steps = steps * 10 + (packed[digit] as number) - ZERO;
  }
  return packed[at] === MINUS ? -steps : steps;
}

function feedbackOf(packed: Uint8Array, end: number): number {
  return Number(String.fromCharCode(...packed.subarray(0, end)));
}

/** For each of the terms, the judged papers that say it, in their order. */
export function sourcesOf<Judged extends JudgedPaper>(
  terms: readonly LearnedTerm[],
  judged: readonly Judged[],
  idf: Idf,
): Map<string, Judged[]> {
  const sources = new Map<string, Judged[]>(terms.map(({ term }) => [term, []]));
  for (const each of judged) {
    for (const term of vectorOf(each.paper, idf).keys()) sources.get(term)?.push(each);
  }
  return sources;
}
