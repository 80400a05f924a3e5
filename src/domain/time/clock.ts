import { MINUTE_MS } from './units.ts';

/**
 * Returns the current time. A process creates one clock and passes it down; the domain is given the
 * moment itself.
 */
export type Clock = () => Date;

/** How far the clock of a process may be from that of the database, in ms. */
export const MAX_CLOCK_SKEW_MS = MINUTE_MS;
