import type { Paper } from './paper.ts';

/** What came of asking a source: new papers or known ones, nothing changed since the last time, an empty
 *  list, an old list again, or trouble. */
export const FETCH_OUTCOMES = ['papers', 'unchanged', 'empty', 'stale', 'failed'] as const;
export type FetchOutcome = (typeof FETCH_OUTCOMES)[number];

/** With what a source recognises that nothing changed (RFC 9110 §8.8). */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/** A list as a source sent it. */
export interface Fetched {
  /** The day that the list is of; null when it tells none. */
  day: string | null;
  papers: Paper[];
  /** Entries that were left out, each with its place and what was expected. */
  refused: { place: string; reason: string }[];
  validators: Validators;
}

/** Where papers come from. A new one is a file in `src/sources/`. */
export interface Source {
  /** As in SOURCES, and as papers say where they are from: `hf-daily`, `arxiv:cs.CL+cs.LG`. */
  name: string;
  /** How many days after its listing a paper may be used: 1 for a list that fills all day. */
  usableAfterDays: 0 | 1;
  /** Whether it is to be expected to list papers on a day. */
  listsOn(day: string): boolean;
  /**
   * The list of a day, the newest one without; null when nothing changed since `known`.
   * @throws PaperboyError `SOURCE_UNREACHABLE`, `SOURCE_BUSY` (with `retryAfterMs` when it said how long),
   * `SOURCE_UNREADABLE`, `NO_SUCH_DAY`, each naming the source, the place and what was expected.
   */
  fetch(ask: {
    day: string | null;
    known: Validators | null;
    now: Date;
    signal: AbortSignal;
  }): Promise<Fetched | null>;
}
