import type { TopicPaper } from '../papers/paper.ts';
import type { Reason } from '../ranking/reason.ts';

export const DIGEST_KINDS = ['daily', 'weekly'] as const;
export type DigestKind = (typeof DIGEST_KINDS)[number];

/** Whether a text names a kind of digest. */
export function isDigestKind(text: string): text is DigestKind {
  return (DIGEST_KINDS as readonly string[]).includes(text);
}

/** The dated edition: ranked papers, frozen. */
export interface Digest {
  id: number;
  kind: DigestKind;
  /** `YYYY-MM-DD`; a Monday for weekly digests. */
  date: string;
  /** Counts the digests of a kind from 1. */
  number: number;
  composedAt: Date;
}

/** A digest with its size and its state. */
export interface DigestSummary extends Digest {
  /** Deliveries. */
  audience: number;
  papers: number;
  /** While set, nothing is sent. */
  pausedAt: Date | null;
  pauseReason: string | null;
  cancelledAt: Date | null;
}

/** A paper as a digest froze it. */
export interface RankedPaper extends TopicPaper {
  /** 0 for the digest's first paper. */
  rank: number;
  /** Share of its list day that it leaves behind in votes and comments, 0 to 1. */
  popularity: number;
}

/** One paper of a selection. */
export interface SelectedPaper {
  rank: number;
  reason: Reason;
  /** High interest, low popularity: shown apart and named so. At most one in a selection. */
  isDarkHorse?: true;
}

/** The papers of a digest that one subscriber sees, in order, each with its reason. */
export type Selection = SelectedPaper[];
