/** A stored article, as every layer passes it around. Days are `YYYY-MM-DD` in UTC. */
export interface Paper {
  /** Version-less arXiv id; else the source's own id or a hash of the title, as `source:id`. */
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
  /** The first day whose digest may hold the paper. */
  usableOn: string;
  upvotes: number;
  comments: number;
  url: string | null;
  codeUrl: string | null;
}

/** A paper as one source lists it. */
export interface ListedPaper extends Omit<Paper, 'upvotes' | 'comments'> {
  /** Null when the source counts none. */
  upvotes: number | null;
  comments: number | null;
  /** The day on which the source says that it was withdrawn; absent when it does not. */
  withdrawnOn?: string;
}

/** A paper as it is stored. */
export interface StoredPaper extends Paper {
  /** The day on which it was withdrawn; null when it stands. */
  withdrawnOn: string | null;
}

/** What a source said of a paper last. */
export interface PaperSourceRecord {
  source: string;
  listedOn: string;
  usableOn: string;
  seenAt: Date;
  upvotes: number | null;
  comments: number | null;
  withdrawnOn: string | null;
}

/** A topic that a paper was given, with its full-text score. */
export interface PaperTopic {
  slug: string;
  score: number;
}

/** A paper together with its topics, the best first. */
export interface TopicPaper extends Paper {
  topics: PaperTopic[];
}
