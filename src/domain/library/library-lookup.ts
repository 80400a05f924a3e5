import { MINUTE_MS } from '../time/units.ts';

/** What is looked up elsewhere for a library: titles and abstracts of its `papers`, the works of an
 *  `orcid`, or the papers of an `author`. */
export const LOOKUP_KINDS = ['papers', 'orcid', 'author'] as const;
export type LookupKind = (typeof LOOKUP_KINDS)[number];

export type LookupState = 'pending' | 'done' | 'failed';

/** A request for a subscriber's library. */
export interface LibraryLookup {
  kind: LookupKind;
  /** The ORCID iD or the name; empty for `papers`. */
  query: string;
  state: LookupState;
  requestedAt: Date;
  /** Failed attempts so far. */
  attempts: number;
  /** Number of papers that were found. */
  found: number;
}

/** After so many failures a lookup is given up: more than five hours after the first. */
const MAX_ATTEMPTS = 7;

/**
 * When to try a lookup again after its `attempts`th failure: after 5 minutes, doubling each time,
 * but not before a busy host allows; null when it is given up.
 */
export function computeLookupRetryTime(
  attempts: number,
  { now, retryAfterMs }: { now: Date; retryAfterMs: number | null },
): Date | null {
  if (attempts >= MAX_ATTEMPTS) return null;
  const delayMs = 5 * MINUTE_MS * 2 ** (attempts - 1);
  return new Date(now.getTime() + Math.max(delayMs, retryAfterMs ?? 0));
}
