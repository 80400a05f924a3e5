import type { DigestKind } from './digest.ts';
import { addDays, dayOf, isMonday, momentAt, type TimeOfDay } from './schedule.ts';

/** When the next digest of a kind is composed: the first `composeAt` (UTC) after `now`, of a weekly one that
 *  of a Monday. */
export function nextComposeAt(kind: DigestKind, composeAt: TimeOfDay, now: Date): Date {
  const first = momentAt(dayOf(now), composeAt) > now ? 0 : 1;
  for (let days = first; ; days += 1) {
    const date = addDays(dayOf(now), days);
    if (kind === 'daily' || isMonday(date)) return momentAt(date, composeAt);
  }
}
