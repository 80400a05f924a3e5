/** A stretch of a text: what was looked for, or what stands between. */
export interface Part {
  text: string;
  isMarked: boolean;
}

/** The words of a text, as they stand there. */
export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/**
 * Words of `texts`, each once and in lower case, that a search for `search` may find. English full text
 * cuts endings only, so a word and what is looked for begin alike.
 */
export function wordsLike(search: string, texts: readonly string[]): string[] {
  const beginnings = new Set(wordsOf(search.toLowerCase()).map(beginningOf));
  const text = texts.join('\n').toLowerCase();
  const words = [...beginnings].flatMap((beginning) => [...wordsThatBegin(beginning, text)]);
  return [...new Set(words)];
}

/** Looks only where a beginning stands: to take every word of a page's abstracts apart costs a millisecond. */
function* wordsThatBegin(beginning: string, text: string): Generator<string> {
  for (let at = text.indexOf(beginning); at !== -1; at = text.indexOf(beginning, at + 1)) {
    if (PART_OF_WORD.test(text.charAt(at - 1))) continue;
    const [word = ''] = wordsOf(text.slice(at, at + MOST_LETTERS));
    if (beginningOf(word) === beginning) yield word;
  }
}

/** The text in parts, `marked` words (in lower case) apart: put together they are the text, letter for
 *  letter. */
export function highlight(text: string, marked: ReadonlySet<string>): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!marked.has(word.toLowerCase())) continue;
    if (index > end) parts.push({ text: text.slice(end, index), isMarked: false });
    parts.push({ text: word, isMarked: true });
    end = index + word.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isMarked: false });
  return parts;
}

/** Whether the text holds one of the words, given in lower case. */
export function says(text: string, words: ReadonlySet<string>): boolean {
  return wordsOf(text).some((word) => words.has(word.toLowerCase()));
}

function beginningOf(word: string): string {
  return word.slice(0, 2);
}

const WORD = /[\p{L}\p{N}]+/gu;
const PART_OF_WORD = /[\p{L}\p{N}]/u;

/** In UTF-16 units; nothing that is searched for is longer. */
const MOST_LETTERS = 100;
