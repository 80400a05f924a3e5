import { DAY_MS } from '../../domain/time/units.ts';

/** A server's mistake must not disable a source for good. */
const MAX_RETRY_AFTER_MS = DAY_MS;

/** Parses `Retry-After`, seconds or a date (RFC 9110 §10.2.3), as ms from `now`, at most a day;
 *  null when it is neither. */
export function parseRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  const moment = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment)
    ? null
    : Math.min(Math.max(0, moment - now.getTime()), MAX_RETRY_AFTER_MS);
}
