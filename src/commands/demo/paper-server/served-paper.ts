import { DAY_MS } from '../../../domain/time/units.ts';

/** A paper that the server lists: on Hugging Face's list, in arXiv's feed, or in both. */
export interface ServedPaper {
  /** arXiv id without version. */
  id: string;
  version: number;
  title: string;
  abstract: string;
  authors: string[];
  organization: string | null;
  categories: string[];
  /** When the first version was submitted. */
  submittedAt: Date;
  /** The day of Hugging Face's list with this paper; null when it is on none. */
  hfDay: string | null;
  upvotes: number;
  comments: number;
  codeUrl: string | null;
  withdrawnAt: Date | null;
  /** The day of arXiv's feed with this paper; null when it is in none. */
  arxivDay: string | null;
  announceType: 'new' | 'cross' | 'replace' | 'replace-cross';
  /** The authors' comment on arXiv. */
  comment: string | null;
  /** Its DOI at Crossref; null when it has none. */
  doi: string | null;
  /** The ORCID iDs that list it. */
  orcids: string[];
  /** Its preprint on bioRxiv or medRxiv; null when it has none. */
  preprint: { server: 'biorxiv' | 'medrxiv'; category: string; postedOn: string } | null;
  /** The day on which feeds list it; null when it is in none. */
  feedDay: string | null;
  journalRef: string | null;
  /** Hugging Face's own words about the paper. */
  summary: string | null;
  keywords: string[];
  projectUrl: string | null;
}

/** A paper on both lists of `day`. */
export function createServedPaper(
  id: string,
  day: string,
  overrides: Partial<ServedPaper> = {},
): ServedPaper {
  return {
    id,
    version: 1,
    title: `Paper ${id}`,
    abstract: 'We present a paper.',
    authors: ['Ada Lovelace', 'Charles Babbage'],
    organization: null,
    categories: ['cs.LG'],
    submittedAt: new Date(Date.parse(`${day}T12:00:00Z`) - DAY_MS),
    hfDay: day,
    upvotes: 0,
    comments: 0,
    codeUrl: null,
    withdrawnAt: null,
    arxivDay: day,
    announceType: 'new',
    comment: null,
    doi: null,
    orcids: [],
    preprint: null,
    feedDay: null,
    journalRef: null,
    summary: null,
    keywords: [],
    projectUrl: null,
    ...overrides,
  };
}
