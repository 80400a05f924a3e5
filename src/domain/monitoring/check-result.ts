/** What the doctor says of one thing. */
export interface CheckResult {
  /** What was looked at, in one word. */
  check: string;
  /** `broken`: mail or papers do not come through, or not for long. */
  status: 'ok' | 'warning' | 'broken';
  message: string;
  /** What to do about it; null when nothing is to be done. */
  remedy: string | null;
}

/** It works: nothing is to be done. */
export function reportOk(check: string, message: string): CheckResult {
  return { check, status: 'ok', message, remedy: null };
}

/** It works, but not as well as it might. */
export function reportWarning(check: string, message: string, remedy: string): CheckResult {
  return { check, status: 'warning', message, remedy };
}

/** Mail or papers do not come through, or not for long. */
export function reportBroken(check: string, message: string, remedy: string | null): CheckResult {
  return { check, status: 'broken', message, remedy };
}
