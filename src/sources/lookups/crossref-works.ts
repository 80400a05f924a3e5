import { buildLibraryEntry, type LibraryEntry } from '../../domain/library/library-entry.ts';
import type { HttpGet } from '../http/http-get.ts';
import { getJson, readListAt, readTextAt } from './json-response.ts';

/**
 * Works by their DOIs, without those that are not registered at Crossref. The filters of one
 * request are separated by commas (Crossref REST API, `/works`), so a DOI with a comma cannot be
 * asked for.
 * @throws SourceError.
 */
export async function lookUpDois(
  { apiUrl, get }: { apiUrl: string; get: HttpGet },
  dois: readonly string[],
  signal: AbortSignal,
): Promise<LibraryEntry[]> {
  const askable = dois.filter((doi) => !doi.includes(','));
  if (askable.length === 0) return [];
  const filter = askable.map((doi) => `doi:${encodeURIComponent(doi)}`).join(',');
  const url = `${apiUrl}/works?filter=${filter}&select=DOI,title,abstract&rows=${askable.length}`;
  const works = readListAt(await getJson(get, url, signal), 'message', 'items');
  return works.flatMap((work) => {
    const entry = buildLibraryEntry({
      title: readTextAt(work, 'title', 0),
      abstract: readTextAt(work, 'abstract').replace(HEADING, ' '),
      doi: readTextAt(work, 'DOI'),
      mentions: [],
    });
    return entry?.doi ? [entry] : [];
  });
}

/** `<jats:title>Abstract</jats:title>` above an abstract. */
const HEADING = /<jats:title>\s*(?:Abstract|Summary)\s*<\/jats:title>/gi;
