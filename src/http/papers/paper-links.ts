import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import { findArxivPdf, findCode, findPaperSource } from '../../domain/papers/paper-links.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';

/** A link from a paper to another site. */
interface PaperLink {
  text: string;
  href: string;
  /** Its accessible name, which adds the paper's. */
  label: string;
}

/** Where the paper can be read, else a search for its title on arXiv. */
export function linkToSource(paper: Pick<Paper, 'id' | 'title' | 'url'>): PaperLink {
  const source = findPaperSource(paper);
  if (source) return createLink(paper, source.name, source.url);
  const query = new URLSearchParams({ query: paper.title, searchtype: 'title' });
  const href = `https://arxiv.org/search/?${query}`;
  return createLink(paper, PAPERS_COPY.links.searchArxiv, href);
}

/** The paper's PDF on arXiv; null for papers from elsewhere. */
export function linkToPdf(paper: Pick<Paper, 'id' | 'title'>): PaperLink | null {
  const href = findArxivPdf(paper);
  return href === null ? null : createLink(paper, PAPERS_COPY.links.pdf, href);
}

/** The paper's code; null when unknown. */
export function linkToCode(paper: Pick<Paper, 'title' | 'codeUrl'>): PaperLink | null {
  const href = findCode(paper);
  return href === null ? null : createLink(paper, PAPERS_COPY.links.code, href);
}

function createLink({ title }: Pick<Paper, 'title'>, text: string, href: string): PaperLink {
  return { text, href, label: PAPERS_COPY.links.labelFor(text, splitTitle(title).name) };
}
