/** What the doctor says of one thing. */
export interface Finding {
  /** What was looked at, in one word. */
  check: string;
  /** `broken`: mail or papers do not come through, or not for long. */
  word: 'ok' | 'warning' | 'broken';
  message: string;
  /** What to do about it; null when nothing is to be done. */
  mend: string | null;
}

/** It works: nothing is to be done. */
export function ok(check: string, message: string): Finding {
  return { check, word: 'ok', message, mend: null };
}

/** It works, but not as well as it might. */
export function warning(check: string, message: string, mend: string): Finding {
  return { check, word: 'warning', message, mend };
}

/** Mail or papers do not come through, or not for long. */
export function broken(check: string, message: string, mend: string | null): Finding {
  return { check, word: 'broken', message, mend };
}
