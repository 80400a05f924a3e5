import type { FixtureResponse } from './fixture-response.ts';
import type { ServedPaper } from './served-paper.ts';

/** The responses of ORCID to `GET /v3.0/{iD}/works` and of Crossref to `GET /works?filter=doi:…`;
 *  null for other paths. */
export function respondAsLibrarySite(
  url: URL,
  papers: readonly ServedPaper[],
): FixtureResponse | null {
  const [, orcid] = /^\/v3\.0\/([\dX-]+)\/works$/.exec(url.pathname) ?? [];
  if (orcid !== undefined)
    return respondWithWorks(papers.filter(({ orcids }) => orcids.includes(orcid)));
  if (url.pathname !== '/works') return null;
  const dois = (url.searchParams.get('filter') ?? '').replaceAll('doi:', '').split(',');
  const items = papers
    .filter(({ doi }) => doi !== null && dois.includes(doi.toLowerCase()))
    .map(({ doi, title, abstract }) => ({
      DOI: doi,
      title: [title],
      abstract: `<jats:title>Abstract</jats:title><jats:p>${abstract}</jats:p>`,
    }));
  const message = { 'total-results': items.length, items };
  return createJsonResponse(200, { status: 'ok', 'message-type': 'work-list', message });
}

/** ORCID answers 404 for an iD that it does not know. */
function respondWithWorks(papers: readonly ServedPaper[]): FixtureResponse {
  if (papers.length === 0) return createJsonResponse(404, { 'response-code': 404 });
  const group = papers.map(({ id, doi, title }) => {
    const ids = [
      ...(doi === null ? [] : [createExternalId('doi', doi)]),
      createExternalId('arxiv', `arXiv:${id}`),
    ];
    const summary = { title: { title: { value: title } }, url: null, type: 'preprint' };
    return { 'external-ids': { 'external-id': ids }, 'work-summary': [summary] };
  });
  return createJsonResponse(200, { group });
}

function createExternalId(type: string, value: string) {
  return {
    'external-id-type': type,
    'external-id-value': value,
    'external-id-relationship': 'self',
  };
}

function createJsonResponse(status: number, value: unknown): FixtureResponse {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
