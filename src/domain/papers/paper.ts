import type { SourceDetails } from './source-details.ts';

/** A paper. Days are `YYYY-MM-DD` in UTC. */
export interface Paper {
  /** arXiv id without version, or `doi:…`; else the source's id or a hash of the title, as
   *  `source:id`. */
  id: string;
  source: string;
  title: string;
  abstract: string;
  authors: string[];
  authorCount: number | null;
  organization: string | null;
  publishedOn: string | null;
  /** The day on which the source listed the paper. */
  listedOn: string;
  /** The first day whose digest may contain the paper. */
  usableOn: string;
  upvotes: number;
  comments: number;
  url: string | null;
  codeUrl: string | null;
  /** As the source names them, the primary one first: `cs.CL`, `biorxiv:neuroscience`. */
  categories: string[];
  details: SourceDetails;
}

/** A paper as one source lists it. */
export interface ListedPaper extends Omit<Paper, 'upvotes' | 'comments'> {
  /** Null if the source does not count them. */
  upvotes: number | null;
  comments: number | null;
  /** The day of the withdrawal according to the source; absent if it was not withdrawn. */
  withdrawnOn?: string;
}

/** A paper as it is stored. */
export interface StoredPaper extends Paper {
  /** The day on which it was withdrawn, or null. */
  withdrawnOn: string | null;
}

/** The latest data of one source on a paper. */
export interface PaperSourceRecord {
  source: string;
  listedOn: string;
  usableOn: string;
  seenAt: Date;
  upvotes: number | null;
  comments: number | null;
  withdrawnOn: string | null;
}

/** A topic of a paper, with its full-text score. */
export interface PaperTopic {
  slug: string;
  score: number;
}

/** A paper together with its topics, the best first. */
export interface TopicPaper extends Paper {
  /** At most two; shown with the paper. */
  topics: PaperTopic[];
  /** Weaker matches: not shown, but followers of these topics get the paper. */
  otherTopics: PaperTopic[];
  /** Whether one of its sources counts votes. If not, nobody can say that it has none. */
  countsVotes: boolean;
  countsComments: boolean;
}
