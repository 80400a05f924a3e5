/** Tells the time. The only clock of the program is made in main and passed down. */
export type Clock = () => Date;
