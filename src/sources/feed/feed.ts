import type { XmlElement } from '@rgrove/parse-xml';
import { PaperboyError } from '../../domain/errors.ts';
import type { FetchResult } from '../../domain/sources/source.ts';
import { createUnreadableSourceError } from '../../domain/sources/source-error.ts';
import { findChild, findChildren, parseXmlDocument } from '../xml.ts';
import { parseFeedEntry } from './feed-entry.ts';

/** Far more than any feed has. */
const MAX_ENTRIES = 2_000;

/** Parses a feed in RSS 2.0, RSS 1.0 or Atom. @throws SourceError `SOURCE_UNREADABLE`. */
export function parseFeed(
  text: string,
  { url, source, day }: { url: string; source: string; day: string },
): Pick<FetchResult, 'papers' | 'rejected'> {
  const result: Pick<FetchResult, 'papers' | 'rejected'> = { papers: [], rejected: [] };
  const entries = findEntries(parseXmlDocument(text, url), url);
  if (entries.length > MAX_ENTRIES)
    throw createUnreadableSourceError(url, `it has more than ${MAX_ENTRIES} entries`);
  for (const [index, entry] of entries.entries()) {
    try {
      result.papers.push(parseFeedEntry(entry, { source, day }));
    } catch (error) {
      if (!(error instanceof PaperboyError)) throw error;
      result.rejected.push({ place: `Entry ${index + 1}`, reason: error.message });
    }
  }
  return result;
}

function findEntries(root: XmlElement, url: string): XmlElement[] {
  if (root.name === 'feed') return findChildren(root, 'entry');
  if (root.name === 'rdf:RDF') return findChildren(root, 'item');
  const channel = root.name === 'rss' ? findChild(root, 'channel') : undefined;
  if (channel !== undefined) return findChildren(channel, 'item');
  throw createUnreadableSourceError(
    url,
    `its root element is <${root.name.slice(0, 40)}>, expected a feed in RSS or Atom`,
  );
}
