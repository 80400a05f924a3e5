/** How long a statement of each part may take, in ms, before a server that takes connections and never
 *  answers is given up; the part then fails, and tries again in its own way. */
export interface QueryTimeoutsMs {
  /** Keeping a lease: it lives for several of these. */
  heartbeat: number;
  /** A turn at the relay, counted in the table `rates`. */
  rateLimit: number;
  /** A page or a call of the API. */
  request: number;
  /** Sending: shorter than a lease, so that a statement that is lost can be repeated under it. */
  engine: number;
  /** What the scheduler does each minute. */
  sweep: number;
  /** Composing for a million readers, tidying up after them. */
  slow: number;
}

export const QUERY_TIMEOUTS_MS: QueryTimeoutsMs = {
  heartbeat: 10_000,
  rateLimit: 5_000,
  request: 15_000,
  engine: 30_000,
  sweep: 120_000,
  slow: 900_000,
};
