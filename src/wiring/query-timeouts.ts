/** How long a statement may take, in ms. A server may accept connections and never answer: after
 *  the timeout the caller fails or retries as it does for any unreachable database. */
export interface QueryTimeoutsMs {
  /** Renewing a lease: a lease lasts several of these. */
  heartbeat: number;
  /** A permit of the send rate, counted in the table `sending_rate_limits`. */
  rateLimit: number;
  /** A page or an API request. */
  request: number;
  /** Sending: shorter than a lease, so that a lost statement can be repeated under it. */
  sending: number;
  /** What the scheduler does each minute. */
  sweep: number;
  /** Composing for a million subscribers, and pruning. */
  slow: number;
}

export const QUERY_TIMEOUTS_MS: QueryTimeoutsMs = {
  heartbeat: 10_000,
  rateLimit: 5_000,
  request: 15_000,
  sending: 30_000,
  sweep: 120_000,
  slow: 900_000,
};
