import { formatDoiUrl, parseDoi } from './doi.ts';
import type { Paper } from './paper.ts';
import { parseArxivId } from './paper-id.ts';

/** A page where a paper can be read, and the name of its site. */
interface PaperSource {
  /** `arXiv`, or the host without `www.`. */
  name: string;
  url: string;
}

/**
 * Where a paper can be read: its own address, else its page on arXiv or behind its DOI; null when
 * it has neither.
 */
export function findPaperSource({ id, url }: Pick<Paper, 'id' | 'url'>): PaperSource | null {
  const own = parseWebUrl(url);
  if (own !== null) return { name: nameSite(own.hostname), url: own.href };
  const arxivId = parseArxivId(id);
  if (arxivId !== null) return { name: 'arXiv', url: `https://arxiv.org/abs/${arxivId}` };
  const doi = parseDoi(id);
  return doi === null ? null : { name: 'doi.org', url: formatDoiUrl(doi) };
}

/**
 * The address of a paper's PDF on arXiv; null for papers from elsewhere. arXiv asks others to link
 * to its PDFs, not to serve them.
 */
export function findArxivPdf({ id }: Pick<Paper, 'id'>): string | null {
  const arxivId = parseArxivId(id);
  return arxivId === null ? null : `https://arxiv.org/pdf/${arxivId}`;
}

/** The address of a paper's code; null when unknown. */
export function findCode({ codeUrl }: Pick<Paper, 'codeUrl'>): string | null {
  return parseWebUrl(codeUrl)?.href ?? null;
}

/** The address of a paper's own site; null when unknown. */
export function findProject({ details }: Pick<Paper, 'details'>): string | null {
  return parseWebUrl(details.projectUrl)?.href ?? null;
}

/** An http or https address that every mail client can open; null for others, since a source's
 *  `javascript:` address must not become a link. */
function parseWebUrl(address: string | null): URL | null {
  if (address === null || address.length > MAX_URL_LENGTH || !URL.canParse(address)) return null;
  const url = new URL(address);
  const { length } = url.href.replace(ESCAPED_IN_HTML, LONGEST_REFERENCE);
  return /^https?:$/.test(url.protocol) && length <= MAX_URL_LENGTH ? url : null;
}

function nameSite(hostname: string): string {
  const host = hostname.replace(/^www\./, '');
  return host === 'arxiv.org' || host.endsWith('.arxiv.org') ? 'arXiv' : host;
}

/** As it stands in HTML, where no line of an email may have more than 998 characters. */
const MAX_URL_LENGTH = 850;
const ESCAPED_IN_HTML = /[&='`]/g;
const LONGEST_REFERENCE = '&#x3D;';
