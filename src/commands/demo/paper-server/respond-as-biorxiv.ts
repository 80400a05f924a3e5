import type { FixtureResponse } from './fixture-response.ts';
import type { ServedPaper } from './served-paper.ts';

/** Entries per page (bioRxiv API summary). */
const PAGE_SIZE = 100;

/** The response of the API of bioRxiv and medRxiv; null for other paths. */
export function respondAsBiorxiv(url: URL, papers: readonly ServedPaper[]): FixtureResponse | null {
  const [, server, first = '', last = '', cursor = ''] =
    /^\/details\/(biorxiv|medrxiv)\/([\d-]{10})\/([\d-]{10})\/(\d+)\/json$/.exec(url.pathname) ??
    [];
  if (server === undefined) return null;
  const posted = papers.filter(
    ({ preprint }) =>
      preprint?.server === server && preprint.postedOn >= first && preprint.postedOn <= last,
  );
  const start = Number(cursor);
  const page = posted.slice(start, start + PAGE_SIZE);
  const body =
    page.length === 0
      ? { messages: [{ status: 'no posts found' }], collection: [] }
      : {
          messages: [
            {
              status: 'ok',
              interval: `${first}:${last}`,
              cursor,
              count: page.length,
              total: String(posted.length),
            },
          ],
          collection: page.map(toEntry),
        };
  return { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function toEntry({ id, version, title, abstract, authors, organization, preprint }: ServedPaper) {
  return {
    doi: `10.1101/${id}`,
    title,
    authors: authors.map(toFamilyNameAndInitials).join('; '),
    author_corresponding: authors.at(-1) ?? '',
    author_corresponding_institution: organization ?? 'NA',
    date: preprint?.postedOn,
    version: String(version),
    type: 'new results',
    license: 'cc_by',
    category: preprint?.category,
    abstract,
    published: 'NA',
    server: preprint?.server,
  };
}

/** `Lovelace, A.` */
function toFamilyNameAndInitials(name: string): string {
  const words = name.split(' ');
  const initials = words.slice(0, -1).map((word) => `${word.slice(0, 1)}.`);
  return `${words.at(-1)}, ${initials.join(' ')}`;
}
