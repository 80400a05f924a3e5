/** An invariant does not hold. */
export function createViolation(message: string): Error {
  return Object.assign(new Error(message), { name: 'Violation' });
}

/** Keeps the first error of a run. */
export interface ViolationGuard {
  first(): Error | null;
  note(error: Error): void;
  /** `check`, but an error is noted instead of thrown. */
  guard<Args extends unknown[]>(check: (...args: Args) => void): (...args: Args) => void;
}

export function createViolationGuard(): ViolationGuard {
  let first: Error | null = null;
  const note = (error: Error) => {
    first ??= error;
  };
  return {
    first: () => first,
    note,
    guard:
      (check) =>
      (...args) => {
        try {
          check(...args);
        } catch (error) {
          note(error as Error);
        }
      },
  };
}

/** What did not hold, in a sentence. An error of the simulation itself begins with
 *  `HARNESS_ERROR`. */
export function describeViolation(error: Error): string {
  if (error.name === 'Violation') return error.message;
  return `${HARNESS_ERROR} ${error.stack ?? error.message}`;
}

/** The simulation has found nothing: it is broken itself. */
export const HARNESS_ERROR = 'The simulation failed:';
