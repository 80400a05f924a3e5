import { describeCode } from '../../copy/en/format.ts';
import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import {
  findArxivPdf,
  findCode,
  findPaperSource,
  findProject,
} from '../../domain/papers/paper-links.ts';
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

/** The paper's code, with its stars; null when unknown. */
export function linkToCode(paper: Pick<Paper, 'title' | 'codeUrl' | 'details'>): PaperLink | null {
  const href = findCode(paper);
  if (href === null) return null;
  const text = describeCode(PAPERS_COPY.links.code, paper.details.codeStars);
  return createLink(paper, text, href);
}

/** The paper's own site; null when unknown. */
export function linkToProject(paper: Pick<Paper, 'title' | 'details'>): PaperLink | null {
  const href = findProject(paper);
  return href === null ? null : createLink(paper, PAPERS_COPY.links.project, href);
}

function createLink({ title }: Pick<Paper, 'title'>, text: string, href: string): PaperLink {
  return { text, href, label: PAPERS_COPY.links.labelFor(text, splitTitle(title).name) };
}
