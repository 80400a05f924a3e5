/** Tells the time. A process makes one clock and passes it down; rules take the moment itself. */
export type Clock = () => Date;
