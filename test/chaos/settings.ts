/** SMTP_CONNECTIONS of the processes under test: small, so that the bound on what is unknown is tight. */
export const CONNECTIONS = 5;

/** Messages of one process that may be on their way at a time. */
export const MAX_IN_FLIGHT = 2 * CONNECTIONS;

/** The day of the seed papers, and so of the digest. */
export const DAY = '2026-05-08';

/** So many that a few that are slowed do not slow all. */
export const DOMAINS = 40;

/** The address of a reader. */
export function addressOf(n: number): string {
  return `reader${n}@d${n % DOMAINS}.example.org`;
}

/** Within this a killed worker's readers are mailed by another, in s. */
export const RECOVERY_DEADLINE_S = 60;

/** Within this a process that is told to end has ended, in s. */
export const STOP_DEADLINE_S = 25;

/** Scenarios that run side by side: they wait more than they work. */
export const PARALLEL_SCENARIOS = 4;
