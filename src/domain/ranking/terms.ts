import type { Paper } from '../papers/paper.ts';
import { BIGRAM_ONLY_WORDS, STOP_WORDS } from '../text/stop-words.ts';

/**
 * The terms of a paper with their frequencies; the title counts double. A term is a word or two
 * adjacent words in lower case with plurals folded (`hidden state`, `mamba`), fit to be shown to
 * people. Stop words, the phrases papers use about themselves, and plain numbers are no terms.
 */
export function extractTerms(paper: Pick<Paper, 'title' | 'abstract'>): Map<string, number> {
  const counts = new Map<string, number>();
  countTerms(paper.title, TITLE_WEIGHT, counts);
  countTerms(paper.abstract, 1, counts);
  return counts;
}

const TITLE_WEIGHT = 2;

function countTerms(text: string, weight: number, counts: Map<string, number>): void {
  const add = (term: string) => counts.set(term, (counts.get(term) ?? 0) + weight);
  for (const clause of text.toLowerCase().replace(NOISE, '.').split(CLAUSE_END)) {
    let previousWord: string | null = null;
    for (const raw of clause.match(WORD) ?? []) {
      const word = foldPlural(raw);
      const isTerm = isMeaningful(word) && !STOP_WORDS.has(raw) && !STOP_WORDS.has(word);
      if (isTerm && !BIGRAM_ONLY_WORDS.has(word)) add(word);
      if (isTerm && previousWord !== null && previousWord !== word) add(`${previousWord} ${word}`);
      previousWord = isTerm ? word : null;
    }
  }
}

/** Excludes numbers, adverbs, and words that are too short or too long. */
function isMeaningful(word: string): boolean {
  const isWord =
    word.length >= MIN_TERM_CHARS && word.length <= MAX_TERM_CHARS && HAS_LETTERS.test(word);
  return isWord && (!ADVERB.test(word) || NO_ADVERB.test(word));
}

/**
 * `memories` → `memory`, `caches` → `cache`, `losses` → `loss`; `analysis`, `corpus` and `robotics`
 * stay.
 */
export function foldPlural(word: string): string {
  if (word.length <= 3 || !word.endsWith('s') || NO_PLURAL.test(word)) return word;
  if (word.endsWith('ies')) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  return LONG_PLURAL.test(word) ? word.slice(0, -2) : word.slice(0, -1);
}

/** URLs, and the claim that every paper makes. */
const NOISE =
  /\bstate[- ]of[- ]the[- ]art\b|\b(?:https?:\/\/|www\.)\S+|\b[\w-]+\.(?:com|org|io)\b\S*/g;
/** Hyphens and slashes join words like spaces; other punctuation separates them. */
const CLAUSE_END = /[^\p{L}\p{N}\s\-‐‑/'’]+/u;
const WORD = /[\p{L}\p{N}]+/gu;
const HAS_LETTERS = /\p{L}.*\p{L}/u;
const MIN_TERM_CHARS = 2;
const MAX_TERM_CHARS = 30;

const ADVERB = /...ly$/;
const NO_ADVERB = /^(?:anomaly|assembly|butterfly|family|monopoly|multiply|reply|supply)$/;

const NO_PLURAL =
  /(?:ss|(?<!\b[cgntx]p)us|is)$|^(?:bias|species|series|atlas|canvas|lens|gas|kubernetes|physics|mathematics|robotics|dynamics|mechanics|semantics|statistics|linguistics|economics|genomics|graphics|analytics|ethics|kinetics|acoustics|forensics|optics|photonics|proteomics|diagnostics)$/;
const LONG_PLURAL = /(?:ss|x|[tnr]ch|oach|sh)es$/;
