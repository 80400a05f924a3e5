/** A word of a text, and where it starts. */
interface WordInText {
  word: string;
  start: number;
}

/** A letter, a digit, or part of one. */
export const WORD_CHARACTER = /[\p{L}\p{N}\p{M}_]/u;

/** The words of a text, unchanged. A character of a script without spaces is a word of its own. */
export function listWords(text: string): WordInText[] {
  const pattern = UNSPACED.test(text) ? WORD_OR_UNSPACED : WORD;
  return [...text.matchAll(pattern)].map(({ 0: word, index }) => ({ word, start: index }));
}

/** Whether a character belongs to a script that sets no spaces between words. */
export function isUnspaced(character: string): boolean {
  return UNSPACED.test(character);
}

const WORD = /[\p{L}\p{N}\p{M}_]+/gu;
const UNSPACED_SCRIPTS =
  '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}';
const UNSPACED = new RegExp(`[${UNSPACED_SCRIPTS}]`, 'u');
const WORD_OR_UNSPACED = new RegExp(
  `[${UNSPACED_SCRIPTS}]|(?:(?![${UNSPACED_SCRIPTS}])[\\p{L}\\p{N}\\p{M}_])+`,
  'gu',
);
