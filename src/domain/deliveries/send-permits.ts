/** How far ahead permits to send are reserved, in ms: what a worker that died or stopped has
 *  reserved is lost, and blocks the others no longer than this. */
export const MAX_RESERVED_AHEAD_MS = 10_000;
