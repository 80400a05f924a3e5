/** SMTP_CONNECTIONS of the processes. Few, so that few deliveries may be unknown. */
export const CONNECTIONS = 5;

/** The most messages in flight per process. */
export const MAX_IN_FLIGHT = 2 * CONNECTIONS;

/** Recipient domains: so many that throttling a few does not slow down the rest. */
export const DOMAINS = 40;

/** The address of subscriber `n`. */
export function addressOf(n: number): string {
  return `reader${n}@d${n % DOMAINS}.example.org`;
}

/** Longer than until the first retry of a deferred mail, in s. */
export const BEYOND_RETRY_S = 7 * 60;

/** Limit in ms of a real retry: the delay, a sweep and the mail itself. */
export const RETRY_TIMEOUT_MS = 600_000;

/** Limit in s until another worker mails the subscribers of a killed one. */
export const RECOVERY_DEADLINE_S = 60;

/** Limit in s until a process has ended after SIGTERM. */
export const STOP_DEADLINE_S = 25;

/** Scenarios that run at the same time: they wait more than they compute. */
export const PARALLEL_SCENARIOS = 4;

/** Scenarios that mostly wait, for a lease or a sweep, and run beside the others. */
export const PARALLEL_BACKGROUND_SCENARIOS = 6;
