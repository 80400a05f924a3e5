import type { DigestKind } from './digest.ts';
import { dayOf, daysSinceMonday } from './schedule.ts';

const HOUR_MS = 3_600_000;

/** How late a missed digest is still composed, in ms. The papers of a daily one come with the next;
 *  no other weekly one ever brings those of a week that was missed. */
export const MAKE_UP_MS: Record<DigestKind, number> = {
  daily: 12 * HOUR_MS,
  weekly: 144 * HOUR_MS,
};

/** How late the sweep still composes what the compose job did not, in ms: papers that came late, a
 *  database that was away, a queue that lost the job. */
export const SWEEP_MS = 2 * HOUR_MS;

/**
 * The digest that is due at `now`, at most `lateMs` late, or null. It is due from `composeAt` (UTC) of
 * its day on, past midnight too. Readers' hours count from then, so that those whose hour went by
 * meanwhile get it at once.
 */
export function dueDigest(
  kind: DigestKind,
  composeAt: { hour: number; minute: number },
  now: Date,
  lateMs: number = MAKE_UP_MS[kind],
): { kind: DigestKind; date: string; from: Date } | null {
  const from = new Date(now);
  from.setUTCHours(composeAt.hour, composeAt.minute, 0, 0);
  if (from > now) from.setUTCDate(from.getUTCDate() - 1);
  if (kind === 'weekly') from.setUTCDate(from.getUTCDate() - daysSinceMonday(dayOf(from)));
  if (now.getTime() - from.getTime() > lateMs) return null;
  const date = dayOf(from);
  return { kind, date, from };
}
