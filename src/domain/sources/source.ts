import type { ListedPaper } from '../papers/paper.ts';

/** The result of a fetch: a list with papers, a list that has not changed, an empty list, a list
 *  that was published before, or a failure. */
export const FETCH_OUTCOMES = ['papers', 'unchanged', 'empty', 'stale', 'failed'] as const;
export type FetchOutcome = (typeof FETCH_OUTCOMES)[number];

/** Validators for conditional requests (RFC 9110 §8.8). */
export interface HttpValidators {
  /** The URL they belong to: an empty list may have the same ETag at every URL. */
  url: string;
  etag: string | null;
  lastModified: string | null;
}

/** A list of papers from a source. */
export interface FetchResult {
  /** The day of the list; null for an undated list. */
  day: string | null;
  papers: ListedPaper[];
  /** New versions of papers that were listed before: they update stored papers and add none. */
  revisions: ListedPaper[];
  /** Invalid entries, each with its place in the list and the reason. */
  rejected: { place: string; reason: string }[];
  /** Null when they do not cover the whole list. */
  validators: HttpValidators | null;
}

/** Whether most entries of a list are invalid, so that the list itself seems broken. */
export function isMostlyUnreadable({
  found,
  refused,
}: {
  found: number;
  refused: number;
}): boolean {
  return refused > found;
}

/** The parameters of a fetch. */
export interface FetchRequest {
  /** Null requests the newest list. */
  day: string | null;
  /** From the last successful fetch. */
  validators: HttpValidators | null;
  now: Date;
  signal: AbortSignal;
}

/** A place that lists papers. A new kind of source is a folder in `src/sources/`. */
export interface Source {
  /** The name in SOURCES: `hf-daily`, `arxiv:cs.CL+cs.LG`. */
  name: string;
  /** Stored with its papers. Lists of one origin share it, such as `hf-daily` and `hf-weekly`. */
  origin: string;
  /** How many days after its listing a paper enters a digest: 1 for a list that grows all day. */
  usableAfterDays: 0 | 1;
  /** Whether the source should list new papers on a day; always false for an undated list. */
  listsOn(day: string): boolean;
  /**
   * Fetches a list; null when it has not changed since `request.validators`. @throws SourceError.
   */
  fetch: (request: FetchRequest) => Promise<FetchResult | null>;
}
