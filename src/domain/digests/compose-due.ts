import { countDaysSinceMonday, type TimeOfDay, toUtcDay } from '../time/schedule.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time/units.ts';
import type { DigestKind } from './digest.ts';

/** How late a missed digest is still composed, in ms. The papers of a daily one come with the next;
 *  no other weekly one ever brings those of a week that was missed. */
export const CATCH_UP_MS: Record<DigestKind, number> = {
  daily: 12 * HOUR_MS,
  weekly: 6 * DAY_MS,
};

/** How late the sweep still composes what the compose job did not, in ms, besides the time that is
 *  waited for papers: papers that came late, a database that was away, a queue that lost the job. */
export const SWEEP_GRACE_MS = 2 * HOUR_MS;

/** How long before it is too late to compose a digest at all it is composed whatever is missing, in ms. */
const FORCED_COMPOSE_LEAD_MS = 10 * MINUTE_MS;

/**
 * The digest that is due at `now`, at most `lateMs` late, or null. It is due from `composeAt` (UTC) of
 * its day on, past midnight too. Readers' hours count from then, so that those whose hour went by
 * meanwhile get it at once.
 */
export function findDueDigest(
  kind: DigestKind,
  composeAt: TimeOfDay,
  now: Date,
  lateMs: number = CATCH_UP_MS[kind],
): { kind: DigestKind; date: string; from: Date } | null {
  const from = new Date(now);
  from.setUTCHours(composeAt.hour, composeAt.minute, 0, 0);
  if (from > now) from.setUTCDate(from.getUTCDate() - 1);
  if (kind === 'weekly') from.setUTCDate(from.getUTCDate() - countDaysSinceMonday(toUtcDay(from)));
  if (now.getTime() - from.getTime() > lateMs) return null;
  const date = toUtcDay(from);
  return { kind, date, from };
}

/** A list that a digest expects and that is not there. */
export interface MissingList {
  source: string;
  day: string;
  /** Whether its source was fetched since composing was due. */
  wasFetched: boolean;
}

/**
 * Whether a digest is to be composed at `now` although lists are missing: after `waitMs`, if each of their
 * sources was asked meanwhile (a machine that was off all morning asks first), and at the last call in
 * every case, for `lateMs` is how late it is composed at all.
 */
export function canCompose(
  missing: readonly MissingList[],
  { from, now, waitMs, lateMs }: { from: Date; now: Date; waitMs: number; lateMs: number },
): boolean {
  if (missing.length === 0) return true;
  const overdueMs = now.getTime() - from.getTime();
  if (overdueMs >= lateMs - FORCED_COMPOSE_LEAD_MS) return true;
  return overdueMs >= waitMs && missing.every(({ wasFetched }) => wasFetched);
}
