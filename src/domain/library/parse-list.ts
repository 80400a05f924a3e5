import { findArxivId, findDoi } from './identifiers.ts';
import type { ParsedEntry } from './library-entry.ts';
import { iterateLines } from './text-lines.ts';

/** In characters: a longer line is no title. */
const MAX_LINE_CHARS = 1000;

/** Yields an entry for each line: an arXiv id, a DOI, a link with one of them, or a title. Bullets,
 *  numbers and quotation marks around it do not count. */
export function* parseList(text: string): Generator<ParsedEntry> {
  for (const line of iterateLines(text)) {
    const item = line
      .slice(0, MAX_LINE_CHARS + 1)
      .trim()
      .replace(LIST_MARKER, '');
    if (item === '') continue;
    yield item.length > MAX_LINE_CHARS ? 'unreadable' : parseItem(item);
  }
}

function parseItem(item: string): ParsedEntry {
  const hasId = findArxivId(item) !== null || findDoi(item) !== null;
  if (hasId) return { title: '', abstract: '', doi: '', mentions: [item] };
  if (/^(?:https?:\/\/|www\.)\S+$/i.test(item)) return 'unreadable';
  return { title: item.replace(/^["“”]|["“”]$/g, ''), abstract: '', doi: '', mentions: [] };
}

/** `- `, `* `, `• `, `12. ` or `[3] `. */
const LIST_MARKER = /^(?:[-*•–]\s+|\[\d{1,4}\]\s*|\d{1,4}[.)]\s+)/;
