/** A stretch of a text: what was looked for, or what stands between. */
export interface HighlightSegment {
  text: string;
  isMarked: boolean;
}

/** The words of a text, as they stand there. */
export function splitWords(text: string): string[] {
  return text.match(WORD) ?? [];
}

/**
 * Words of `texts`, each once and in lower case, that a search for `search` may find. English full text
 * cuts endings only, so a word and what is looked for begin alike.
 */
export function findMatchingWords(search: string, texts: readonly string[]): string[] {
  const prefixes = new Set(splitWords(search.toLowerCase()).map(prefixOf));
  const text = texts.join('\n').toLowerCase();
  const words = [...prefixes].flatMap((prefix) => [...findWordsByPrefix(prefix, text)]);
  return [...new Set(words)];
}

/** Looks only where a beginning stands: to take every word of a page's abstracts apart costs a millisecond. */
function* findWordsByPrefix(prefix: string, text: string): Generator<string> {
  for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, at + 1)) {
    if (WORD_CHARACTER.test(text.charAt(at - 1))) continue;
    const [word = ''] = splitWords(text.slice(at, at + MAX_WORD_CHARS));
    if (prefixOf(word) === prefix) yield word;
  }
}

/** The text in parts, `marked` words (in lower case) apart: put together they are the text, letter for
 *  letter. */
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

/** Whether the text holds one of the words, given in lower case. */
export function containsAnyWord(text: string, words: ReadonlySet<string>): boolean {
  return splitWords(text).some((word) => words.has(word.toLowerCase()));
}

function prefixOf(word: string): string {
  return word.slice(0, 2);
}

const WORD = /[\p{L}\p{N}]+/gu;
const WORD_CHARACTER = /[\p{L}\p{N}]/u;

/** In UTF-16 units; nothing that is searched for is longer. */
const MAX_WORD_CHARS = 100;
