import type { XmlElement } from '@rgrove/parse-xml';
import { buildLibraryEntry, type LibraryEntry } from '../../domain/library/library-entry.ts';
import { isSameAuthor } from '../../domain/ranking/name-lookup.ts';
import type { HttpGet } from '../http/http-get.ts';
import { findChildren, parseXmlDocument, readChildText } from '../xml.ts';
import { throwIfArxivError } from './arxiv-api.ts';

interface ArxivLookupDeps {
  /** URL of the API: `https://export.arxiv.org/api/query`. */
  apiUrl: string;
  get: HttpGet;
}

/** Papers by their ids, without those that arXiv does not know. @throws SourceError. */
export async function lookUpArxivIds(
  deps: ArxivLookupDeps,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<LibraryEntry[]> {
  const query = `id_list=${ids.map(encodeURIComponent).join(',')}&max_results=${ids.length}`;
  return (await queryEntries(deps, query, signal)).flatMap(parseLibraryEntry);
}

/** The newest papers of an author, at most `limit`. arXiv matches parts of names too, so each is
 *  compared again. @throws SourceError. */
export async function lookUpArxivAuthor(
  deps: ArxivLookupDeps,
  { name, limit }: { name: string; limit: number },
  signal: AbortSignal,
): Promise<LibraryEntry[]> {
  const author = encodeURIComponent(`au:"${name.replaceAll('"', ' ')}"`);
  const query = `search_query=${author}&sortBy=submittedDate&sortOrder=descending&max_results=${limit}`;
  const entries = await queryEntries(deps, query, signal);
  return entries
    .filter((entry) =>
      findChildren(entry, 'author').some((each) =>
        isSameAuthor(readChildText(each, 'name') ?? '', name),
      ),
    )
    .flatMap(parseLibraryEntry);
}

async function queryEntries(
  { apiUrl, get }: ArxivLookupDeps,
  query: string,
  signal: AbortSignal,
): Promise<XmlElement[]> {
  const url = `${apiUrl}?${query}`;
  const response = await get({ url, accept: 'application/atom+xml', signal });
  const entries = findChildren(parseXmlDocument(response?.text ?? '', url), 'entry');
  throwIfArxivError(entries, url);
  return entries;
}

function parseLibraryEntry(entry: XmlElement): LibraryEntry[] {
  const text = (name: string) => readChildText(entry, name) ?? '';
  const found = buildLibraryEntry({
    title: text('title'),
    abstract: text('summary'),
    doi: text('arxiv:doi'),
    mentions: [text('id')],
  });
  return found?.arxivId ? [found] : [];
}
