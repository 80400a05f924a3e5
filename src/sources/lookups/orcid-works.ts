import { buildLibraryEntry, type LibraryEntry } from '../../domain/library/library-entry.ts';
import type { HttpGet } from '../http/http-get.ts';
import { getJson, readListAt, readTextAt } from './json-response.ts';

/**
 * The public works of an ORCID iD, each once, at most `limit`: titles and ids (ORCID API v3.0,
 * `/works`; a group holds the records of one work). @throws SourceError.
 */
export async function lookUpOrcid(
  { apiUrl, get }: { apiUrl: string; get: HttpGet },
  { orcid, limit }: { orcid: string; limit: number },
  signal: AbortSignal,
): Promise<LibraryEntry[]> {
  const groups = readListAt(await getJson(get, `${apiUrl}/${orcid}/works`, signal), 'group');
  return groups.slice(0, limit).flatMap((group) => {
    const [summary] = readListAt(group, 'work-summary');
    const ids = readListAt(group, 'external-ids', 'external-id');
    const valuesOf = (type: string) =>
      ids
        .filter((id) => readTextAt(id, 'external-id-type') === type)
        .map((id) => readTextAt(id, 'external-id-value'));
    const entry = buildLibraryEntry({
      title: readTextAt(summary, 'title', 'title', 'value'),
      abstract: '',
      doi: valuesOf('doi')[0] ?? '',
      mentions: [...valuesOf('arxiv'), readTextAt(summary, 'url', 'value')],
    });
    return entry === null ? [] : [entry];
  });
}
