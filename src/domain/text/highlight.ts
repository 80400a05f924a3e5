/** A segment of a text: a match, or the text between two matches. */
export interface HighlightSegment {
  text: string;
  isMarked: boolean;
}

/** The words of a text, unchanged. */
function splitWords(text: string): string[] {
  return text.match(WORD) ?? [];
}

/**
 * The words of `texts` that a search for `search` may match, each once, in lower case. Candidates
 * share the beginning of a searched word, because English full-text search only removes endings.
 */
export function findMatchingWords(search: string, texts: readonly string[]): string[] {
  const prefixes = new Set(splitWords(search.toLowerCase()).map(prefixOf));
  const text = texts.join('\n').toLowerCase();
  const words = [...prefixes].flatMap((prefix) => [...findWordsByPrefix(prefix, text)]);
  return [...new Set(words)];
}

/**
 * Looks only at places where a beginning occurs: splitting all abstracts of a page into words takes
 * a millisecond.
 */
function* findWordsByPrefix(prefix: string, text: string): Generator<string> {
  for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, at + 1)) {
    if (WORD_CHARACTER.test(text.charAt(at - 1))) continue;
    const [word = ''] = splitWords(text.slice(at, at + MAX_WORD_CHARS));
    if (prefixOf(word) === prefix) yield word;
  }
}

/**
 * Splits the text into segments so that the `marked` words (in lower case) have their own. Joined,
 * the segments are the text.
 */
export function highlight(text: string, marked: ReadonlySet<string>): HighlightSegment[] {
  const segments: HighlightSegment[] = [];
  let end = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!marked.has(word.toLowerCase())) continue;
    if (index > end) segments.push({ text: text.slice(end, index), isMarked: false });
    segments.push({ text: word, isMarked: true });
    end = index + word.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end), isMarked: false });
  return segments;
}

/** Whether the text contains one of the words, given in lower case. */
export function containsAnyWord(text: string, words: ReadonlySet<string>): boolean {
  return splitWords(text).some((word) => words.has(word.toLowerCase()));
}

function prefixOf(word: string): string {
  return word.slice(0, 2);
}

const WORD = /[\p{L}\p{N}]+/gu;
const WORD_CHARACTER = /[\p{L}\p{N}]/u;

/** In UTF-16 units; no searched word is longer. */
const MAX_WORD_CHARS = 100;
