import type { TopicPaper } from '../papers/paper.ts';
import type { Reason } from '../ranking/reason.ts';

export const DIGEST_KINDS = ['daily', 'weekly'] as const;
export type DigestKind = (typeof DIGEST_KINDS)[number];

/** Whether a text names a kind of digest. */
export function isDigestKind(text: string): text is DigestKind {
  return (DIGEST_KINDS as readonly string[]).includes(text);
}

/** The ranked papers of a day or week, frozen when composed. */
export interface Digest {
  id: number;
  kind: DigestKind;
  /** `YYYY-MM-DD`; a Monday for weekly digests. */
  date: string;
  /** Issue number, from 1 for each kind. */
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

/** A paper of a digest, frozen when the digest was composed. */
export interface RankedPaper extends TopicPaper {
  /** 0 for the digest's first paper. */
  rank: number;
  /** Share of the papers of its list day that are less discussed, 0 to 1. */
  popularity: number;
}

/** One paper of a selection. */
export interface SelectedPaper {
  rank: number;
  reason: Reason;
  /** High interest, low popularity; shown in its own section. At most one in a selection. */
  isDarkHorse?: true;
}

/** The papers of a digest that one subscriber sees, in order, each with its reason. */
export type Selection = SelectedPaper[];
