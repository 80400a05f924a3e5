import type { LibraryLookup } from '../../domain/library/library-lookup.ts';

/** The page on which a subscriber brings papers. */
export interface LibraryView {
  token: string;
  paperCount: number;
  lookups: readonly LibraryLookup[];
  allowsLookups: boolean;
  /** What the submitted form did. */
  notice: readonly string[];
  /** Why the submitted form did nothing. */
  problem: string | null;
}
