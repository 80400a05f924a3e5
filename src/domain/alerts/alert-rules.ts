import type { SourceErrorCode } from '../sources/source-error.ts';
import { MINUTE_MS } from '../time/units.ts';

/** How long due work may wait before an alert is raised, in ms. */
export const QUEUE_BEHIND_AFTER_MS = 15 * MINUTE_MS;

/** How long an alert stays open after its process died, in ms: a live one raises it every
 *  minute. */
export const STALE_ALERT_AFTER_MS = 5 * MINUTE_MS;

/** Consecutive failures before an alert: a single one may be a passing problem. */
const MIN_FAILURES_BEFORE_ALERT = 2;

/** Whether a source that has failed `failures` times in a row is worth an alert. An answer that is
 *  no list of papers is worth one at once. */
export function isSourceFailureAlerted(code: SourceErrorCode, failures: number): boolean {
  return failures >= MIN_FAILURES_BEFORE_ALERT || code === 'SOURCE_UNREADABLE';
}
