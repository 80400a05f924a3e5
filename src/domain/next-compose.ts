import type { DigestKind } from './digest.ts';
import { addDays, dayOf, isMonday } from './schedule.ts';

/** When the next digest of a kind is composed: the first `composeAt` (UTC) after `now`, of a weekly one that
 *  of a Monday. */
export function nextComposeAt(
  kind: DigestKind,
  composeAt: { hour: number; minute: number },
  now: Date,
): Date {
  const first = at(dayOf(now), composeAt) > now ? 0 : 1;
  for (let days = first; ; days += 1) {
    const date = addDays(dayOf(now), days);
    if (kind === 'daily' || isMonday(date)) return at(date, composeAt);
  }
}

function at(date: string, { hour, minute }: { hour: number; minute: number }): Date {
  const moment = new Date(`${date}T00:00:00Z`);
  moment.setUTCHours(hour, minute);
  return moment;
}
