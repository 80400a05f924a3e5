/** The most recent attempts that are counted. */
const WINDOW_ATTEMPTS = 200;

/** Above this many failures among them, 5 %, the fault is not that of single addresses. */
const MAX_FAILURES = WINDOW_ATTEMPTS * 0.05;

/** A small site never sends 200 mails: there the limit is half of the attempts, and at least this
 *  many failures. */
const MIN_FAILURES = 5;

/** Tracks one kind of failure among the attempts of one digest. */
interface FailureRateLimit {
  record(isFailure: boolean): void;
  /** Whether so many attempts failed that sending must not continue. */
  isExceeded(): boolean;
}

/** Creates a limit that has recorded no attempts yet. */
export function createFailureRateLimit(): FailureRateLimit {
  const recent: boolean[] = [];
  let oldestIndex = 0;
  let failures = 0;
  return {
    record: (isFailure) => {
      if (recent[oldestIndex]) failures -= 1;
      recent[oldestIndex] = isFailure;
      oldestIndex = (oldestIndex + 1) % WINDOW_ATTEMPTS;
      if (isFailure) failures += 1;
    },
    isExceeded: () =>
      failures > MAX_FAILURES || (failures >= MIN_FAILURES && failures * 2 >= recent.length),
  };
}
