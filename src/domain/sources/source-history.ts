import type { ListHistory } from './expected-lists.ts';
import type { FetchOutcome } from './source.ts';

/** One fetch from a source. */
export interface FetchRecord {
  source: string;
  /** The day of the list that was requested; null for the newest list. */
  day: string | null;
  startedAt: Date;
  endedAt: Date;
  outcome: FetchOutcome;
  /** Papers in the list. */
  found: number;
  added: number;
  updated: number;
  /** Entries that could not be parsed. */
  refused: number;
  /** What went wrong; null when nothing did. */
  detail: string | null;
}

/** The current state of a source, as the status page shows it. */
export interface SourceState {
  name: string;
  /** Null before the first fetch. */
  lastFetch: Omit<FetchRecord, 'source' | 'day' | 'startedAt'> | null;
  /** When the last successful fetch ended. */
  succeededAt: Date | null;
  /** When a fetch last added a paper. */
  lastNewPaperAt: Date | null;
  /** The newest day that a paper was listed on. */
  newestListDay: string | null;
  nextAt: Date | null;
  consecutiveFailures: number;
}

/** The fetches of a source in the last ten days. */
export interface SourceHistory extends Required<ListHistory> {
  /** Days for which the source twice returned an empty list after the day was over. Once may be a
   *  mistake of the source. */
  emptyDays: ReadonlySet<string>;
  /** When the first of these fetches started; null when there was none. */
  firstFetchedAt: Date | null;
  /** When the last one ended. */
  lastFetchedAt: Date | null;
  /** When one last returned papers. */
  lastPapersAt: Date | null;
  consecutiveFailures: number;
}
