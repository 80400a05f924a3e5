import { DAY_MS } from '../../domain/time/units.ts';

/** The longest patience that is kept, in ms: a slip of a server must not end a source for good. */
const MAX_RETRY_AFTER_MS = DAY_MS;

/** `Retry-After` in ms from `now`, a day at the most: seconds or a moment (RFC 9110 §10.2.3); null for
 *  neither. */
export function parseRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  const moment = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment)
    ? null
    : Math.min(Math.max(0, moment - now.getTime()), MAX_RETRY_AFTER_MS);
}
