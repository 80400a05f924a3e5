import { eachLearned } from './learned.ts';
import { NO_TERM } from './term-book.ts';
import { MOST_TOLD, POSTING_STEP, type TermIndex } from './term-index.ts';
import { createTextBytes } from './text-bytes.ts';

/** What a reader's taste says of the papers of a digest. Its memory serves one reader after the other. */
export interface Taste {
  /** Reads what a reader taught, packed. */
  read(index: TermIndex, packed: string): void;
  /** What feedback adds to the score of a paper, above or below 0. */
  worth(place: number): number;
  /** The learned terms that drew most to a paper, as one small number: 0 for none. For `toldTerms`. */
  told(place: number): number;
}

/** What each word of feedback adds to what they all weigh together, and how much that may be. */
const WEIGHT_PER_FEEDBACK = 0.03;
const MOST_WEIGHT = 0.3;

/** Likeness that counts for half of the most: of 0.02, 0.05, 0.1 and 0.2 the best for made-up readers. */
const HALF_LIKENESS = 0.05;

/** Part in the likeness from which on a term may be told as the reason. */
const LEAST_TOLD = 0.005;

/** A taste for `size` papers. */
export function createTaste(size: number): Taste {
  const likeness = new Float64Array(size);
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  const firstTold = new Uint8Array(size);
  const secondTold = new Uint8Array(size);
  const bytesOf = createTextBytes();
  let weight = 0;

  const note = (place: number, part: number, told: number) => {
    if (part > (first[place] as number)) {
      second[place] = first[place] as number;
      secondTold[place] = firstTold[place] as number;
      first[place] = part;
      firstTold[place] = told;
    } else if (part > (second[place] as number)) {
      second[place] = part;
      secondTold[place] = told;
    }
  };

  const add = (postings: Float32Array, posting: number, learned: number) => {
    const begin = posting + 1;
    const end = begin + (postings[posting] as number) * POSTING_STEP;
    for (let at = begin; at < end; at += POSTING_STEP) {
      const place = postings[at] as number;
      const part = learned * (postings[at + 1] as number);
      likeness[place] = (likeness[place] as number) + part;
      const told = postings[at + 2] as number;
      if (part > 0 && told !== 0) note(place, part, told);
    }
  };

  return {
    read: (index, packed) => {
      for (const scratch of [likeness, first, second, firstTold, secondTold]) scratch.fill(0);
      const bytes = bytesOf(packed);
      const feedback = eachLearned(bytes, (start, end, learned) => {
        const posting = index.terms.find(bytes, start, end);
        if (posting !== NO_TERM) add(index.postings, posting, learned);
      });
      weight = Math.min(MOST_WEIGHT, WEIGHT_PER_FEEDBACK * feedback);
    },
    worth: (place) => {
      const like = likeness[place] as number;
      return (weight * like) / (Math.abs(like) + HALF_LIKENESS);
    },
    told: (place) => {
      if ((likeness[place] as number) <= 0 || (first[place] as number) < LEAST_TOLD) return 0;
      const a = firstTold[place] as number;
      const b = (second[place] as number) < LEAST_TOLD ? 0 : (secondTold[place] as number);
      return b === 0 ? a : Math.min(a, b) * (MOST_TOLD + 1) + Math.max(a, b);
    },
  };
}

/** How many different numbers `Taste.told` may give. */
export const TOLD_KEYS = (MOST_TOLD + 1) ** 2;

/** The terms that a number of `Taste.told` stands for. */
export function toldTerms({ told }: TermIndex, place: number, key: number): string[] {
  const places = [Math.floor(key / (MOST_TOLD + 1)), key % (MOST_TOLD + 1)];
  return places.flatMap((at) => (at === 0 ? [] : (told[place]?.[at - 1] ?? [])));
}
