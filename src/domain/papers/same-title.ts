import type { Paper } from './paper.ts';
import { normaliseTitle, parseArxivId } from './paper-id.ts';

/** In letters and digits: shorter titles, such as “Editorial”, say nothing about the paper. */
const MIN_TITLE_LENGTH = 20;

/**
 * The papers without those that are there under another id, nor under one of the `earlier` titles:
 * a source that gives neither an arXiv id nor a DOI lists a paper under an id of its own. Of equal
 * titles, the one with an arXiv id stays, else the first.
 */
export function dropSameTitles<Listed extends Pick<Paper, 'id' | 'title'>>(
  papers: readonly Listed[],
  earlier: Iterable<string>,
): Listed[] {
  const keptIds = new Map<string, string>();
  const taken = new Set([...earlier].map(normaliseTitle));
  for (const { id, title } of papers) {
    const key = normaliseTitle(title);
    const kept = keptIds.get(key);
    const isBetter = kept === undefined || (!isArxivId(kept) && isArxivId(id));
    if (isBetter) keptIds.set(key, id);
  }
  return papers.filter(({ id, title }) => {
    const key = normaliseTitle(title);
    if (key.length < MIN_TITLE_LENGTH) return true;
    return keptIds.get(key) === id && !taken.has(key);
  });
}

function isArxivId(id: string): boolean {
  return parseArxivId(id) === id;
}
