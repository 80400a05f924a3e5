/** Columns of the plain text part. */
export const TEXT_WIDTH_COLUMNS = 72;

/**
 * `text` broken between words into lines of at most `TEXT_WIDTH_COLUMNS`, each after `indent`. A
 * longer word, such as a link, is not broken and has a line to itself.
 */
export function wrapText(text: string, indent = ''): string {
  let wrapped = indent;
  let column = indent.length;
  for (const word of text.split(' ')) {
    const width = measureWidth(word);
    if (column === indent.length) {
      wrapped += word;
    } else if (column + 1 + width <= TEXT_WIDTH_COLUMNS) {
      wrapped += ` ${word}`;
      column += 1;
    } else {
      wrapped += `\n${indent}${word}`;
      column = indent.length;
    }
    column += width;
  }
  return wrapped;
}

/** In code points. */
function measureWidth(word: string): number {
  let surrogatePairs = 0;
  for (let at = 0; at < word.length; at += 1) {
    if (word.charCodeAt(at) >>> 10 === HIGH_SURROGATE) surrogatePairs += 1;
  }
  return word.length - surrogatePairs;
}

/** The upper six bits of 0xd800 to 0xdbff. */
const HIGH_SURROGATE = 0x36;
