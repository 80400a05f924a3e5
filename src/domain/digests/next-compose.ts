import { addDays, isMonday, type TimeOfDay, toUtcDay, toUtcMoment } from '../time/schedule.ts';
import type { DigestKind } from './digest.ts';

/**
 * When the next digest is composed: the first `composeAt` (UTC) after `now`, for weekly digests on
 * a Monday.
 */
export function nextComposeAt(kind: DigestKind, composeAt: TimeOfDay, now: Date): Date {
  const first = toUtcMoment(toUtcDay(now), composeAt) > now ? 0 : 1;
  for (let days = first; ; days += 1) {
    const date = addDays(toUtcDay(now), days);
    if (kind === 'daily' || isMonday(date)) return toUtcMoment(date, composeAt);
  }
}
