/**
 * Returns the current time. A process creates one clock and passes it down; the domain is given the
 * moment itself.
 */
export type Clock = () => Date;
