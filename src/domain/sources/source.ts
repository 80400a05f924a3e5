import type { ListedPaper } from '../papers/paper.ts';

/** What came of asking a source: new papers or known ones, nothing changed since the last time, an empty
 *  list, an old list again, or trouble. */
export const FETCH_OUTCOMES = ['papers', 'unchanged', 'empty', 'stale', 'failed'] as const;
export type FetchOutcome = (typeof FETCH_OUTCOMES)[number];

/** With what a source recognises that nothing changed (RFC 9110 §8.8). */
export interface HttpValidators {
  /** What they were given for: those of an empty list fit every empty list. */
  url: string;
  etag: string | null;
  lastModified: string | null;
}

/** A list as a source sent it. */
export interface FetchResult {
  /** The day whose list was wanted; null for a list of no day. */
  day: string | null;
  papers: ListedPaper[];
  /** Papers that were listed before and have changed: they are news of what is known, and none else. */
  revisions: ListedPaper[];
  /** Entries that were left out, each with its place and what was expected. */
  rejected: { place: string; reason: string }[];
  /** Null when they would not tell of all that was read. */
  validators: HttpValidators | null;
}

/** Whether most of a list cannot be read: more than single entries that are odd. */
export function isMostlyUnreadable({
  found,
  refused: rejected,
}: {
  found: number;
  refused: number;
}): boolean {
  return rejected > found;
}

/** What a source is asked for. */
export interface FetchRequest {
  /** Null for the newest list. */
  day: string | null;
  /** Of the list that was read last. */
  validators: HttpValidators | null;
  now: Date;
  signal: AbortSignal;
}

/** Where papers come from. A new one is a file in `src/sources/`. */
export interface Source {
  /** As in SOURCES: `hf-daily`, `arxiv:cs.CL+cs.LG`. */
  name: string;
  /** As papers say where they are from: lists of one origin share it. */
  origin: string;
  /** How many days after its listing a paper may be used: 1 for a list that fills all day. */
  usableAfterDays: 0 | 1;
  /** Whether it is to be expected to list new papers on a day; never for a list of no day. */
  listsOn(day: string): boolean;
  /**
   * The list of a day, the newest one without; null when nothing changed since `known`.
   * @throws SourceError naming the source, the place and what was expected.
   */
  fetch: (ask: FetchRequest) => Promise<FetchResult | null>;
}
