import { countDaysSinceMonday, type TimeOfDay, toUtcDay } from '../time/schedule.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time/units.ts';
import type { DigestKind } from './digest.ts';

/** How late a missed digest is still composed, in ms. The papers of a missed daily digest appear in
 *  the next one; those of a missed weekly digest would never appear. */
export const CATCH_UP_MS: Record<DigestKind, number> = {
  daily: 12 * HOUR_MS,
  weekly: 6 * DAY_MS,
};

/**
 * How late the sweep still composes a digest that the compose job did not compose, in ms, on top of
 * the wait for papers: papers were late, the database was unreachable, or the queue lost the job.
 */
export const SWEEP_GRACE_MS = 2 * HOUR_MS;

/** How long before the last possible moment a digest is composed even with lists missing, in ms. */
const FORCED_COMPOSE_LEAD_MS = 10 * MINUTE_MS;

/**
 * The digest that is due at `now`, at most `lateMs` late, or null. It is due from `composeAt` (UTC)
 * of its day, also past midnight. Send hours count from then, so that subscribers whose hour has
 * passed since get it at once.
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

/** A list that a digest expects and that was not fetched. */
export interface MissingList {
  source: string;
  day: string;
  /** Whether its source was fetched since composing was due. */
  wasFetched: boolean;
}

/**
 * Whether to compose a digest at `now`. With lists missing, it waits until `waitMs` have passed and
 * each of their sources was fetched (a machine that was off all morning fetches first). Shortly
 * before `lateMs`, after which a digest is never composed, it stops waiting.
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
