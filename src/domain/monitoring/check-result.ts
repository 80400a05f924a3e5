/** The result of one of the doctor's checks. */
export interface CheckResult {
  /** The name of the check. */
  check: string;
  /** `broken`: mail or papers do not get through, or soon will not. */
  status: 'ok' | 'warning' | 'broken';
  message: string;
  /** What to do about it; null when there is nothing to do. */
  remedy: string | null;
}

/** It works, and there is nothing to do. */
export function reportOk(check: string, message: string): CheckResult {
  return { check, status: 'ok', message, remedy: null };
}

/** It works, but not as well as it could. */
export function reportWarning(check: string, message: string, remedy: string): CheckResult {
  return { check, status: 'warning', message, remedy };
}

/** Mail or papers do not get through, or soon will not. */
export function reportBroken(check: string, message: string, remedy: string | null): CheckResult {
  return { check, status: 'broken', message, remedy };
}
