import type { Paper } from '../../domain/papers/paper.ts';

/** A link from a paper out of the site. */
export interface PaperLink {
  text: string;
  href: string;
}

/** Where the paper itself can be read: its own address, else its arXiv page, else a search for its
 *  title on arXiv. */
export function findPaperLink(paper: Pick<Paper, 'id' | 'title' | 'url'>): PaperLink {
  const url = parseHttpUrl(paper.url);
  if (url) return { text: describeLinkHost(url), href: url.href };
  if (ARXIV_ID.test(paper.id)) return { text: 'arXiv', href: `https://arxiv.org/abs/${paper.id}` };
  const query = new URLSearchParams({ query: paper.title, searchtype: 'title' });
  return { text: 'Search arXiv for the title', href: `https://arxiv.org/search/?${query}` };
}

/** Where arXiv has the paper as PDF; null for papers from elsewhere. It is never served from here: that
 *  is arXiv's own wish. */
export function findPdfLink({ id }: Pick<Paper, 'id'>): PaperLink | null {
  return ARXIV_ID.test(id) ? { text: 'PDF', href: `https://arxiv.org/pdf/${id}` } : null;
}

/** Where the paper's code is; null when unknown. */
export function findCodeLink(paper: Pick<Paper, 'codeUrl'>): PaperLink | null {
  const url = parseHttpUrl(paper.codeUrl);
  return url && { text: 'Code', href: url.href };
}

/** Only http and https: a source's `javascript:` address must not become a link. */
function parseHttpUrl(address: string | null): URL | null {
  if (address === null || !URL.canParse(address)) return null;
  const url = new URL(address);
  return /^https?:$/.test(url.protocol) ? url : null;
}

function describeLinkHost(url: URL): string {
  const host = url.hostname.replace(/^www\./, '');
  return host === 'arxiv.org' ? 'arXiv' : host;
}

/** New (`2605.01234`) and old (`math.GT/0309136`) ids, without a version. */
const ARXIV_ID = /^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})$/;
