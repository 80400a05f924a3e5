/** How papers are chosen for a reader. */
export const WAYS = ['popularity', 'topics', 'feedback', 'likeness', 'both'] as const;
export type Way = (typeof WAYS)[number];

/** Liked papers that are known: the newest so many, or all. */
export const KNOWN_COUNTS = [1, 3, 5, 10, 'all'] as const;
export type KnownCount = (typeof KNOWN_COUNTS)[number];

/**
 * What the reader follows: their own topics and keywords, or the so many most frequent topics of
 * their liked papers (with their keywords); null in ways that ignore it.
 */
export const FOLLOWED = ['own', 1, 3, 5] as const;
export type Followed = (typeof FOLLOWED)[number] | null;

/** Papers chosen for a reader. */
export const CHOSEN_PAPERS = 10;

/** One selection for one reader, judged by what the reader wanted. */
export interface Trial {
  reader: string;
  known: KnownCount;
  way: Way;
  followed: Followed;
  /** 0 to 1. */
  precision: number;
  ndcg: number;
  /** Null when every paper of the day, or none, is wanted. */
  auc: number | null;
  /** Papers chosen, at most `CHOSEN_PAPERS`. */
  chosen: number;
}
