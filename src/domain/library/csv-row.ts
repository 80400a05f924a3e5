import type { ParsedEntry } from './library-entry.ts';

/** An entry from the row of a CSV file, by the names of its columns in lower case: those of Zotero,
 *  and the usual ones of other programs. Null for a row of an attachment or a note. */
export function toCsvEntry(
  columns: readonly string[],
  record: readonly string[],
): ParsedEntry | null {
  const cells = new Map(columns.map((name, index) => [name, record[index] ?? '']));
  const all = (...names: string[]) =>
    names.map((name) => cells.get(name) ?? '').filter((cell) => cell !== '');
  const [type = ''] = all('item type');
  if (type === 'attachment' || type === 'note') return null;
  return {
    title: all('title')[0] ?? '',
    abstract: all('abstract note', 'abstract')[0] ?? '',
    doi: all('doi')[0] ?? '',
    mentions: all(
      'arxiv id',
      'arxiv',
      'arxivid',
      'url',
      'link',
      'urls',
      'extra',
      'notes',
      'note',
      'publication title',
      'journal',
      'publication',
      'archive location',
      'id',
    ),
  };
}

/** More than any export has: such a row would cost time. */
const MAX_CELLS = 2000;

/** Whether a line of the text has too many cells to be a table of papers. */
export function hasTooManyCells(text: string, delimiter: string): boolean {
  let cells = 0;
  for (const character of text) {
    if (character === '\n' || character === '\r') cells = 0;
    else if (character === delimiter) cells += 1;
    if (cells > MAX_CELLS) return true;
  }
  return false;
}
