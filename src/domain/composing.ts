import type { DigestKind } from './digest.ts';
import { dayOf, isMonday } from './schedule.ts';

/** How late a missed digest is still composed, in ms. Later the next one brings its papers. */
const MAKE_UP_MS = 12 * 3_600_000;

/**
 * The digest that is due at `now`, or null. It is due from `composeAt` (UTC) of its day on, past
 * midnight too. Readers' hours count from then, so that those whose hour went by meanwhile get it at
 * once.
 */
export function dueDigest(
  kind: DigestKind,
  composeAt: { hour: number; minute: number },
  now: Date,
): { kind: DigestKind; date: string; from: Date } | null {
  const from = new Date(now);
  from.setUTCHours(composeAt.hour, composeAt.minute, 0, 0);
  if (from > now) from.setUTCDate(from.getUTCDate() - 1);
  if (now.getTime() - from.getTime() > MAKE_UP_MS) return null;
  const date = dayOf(from);
  if (kind === 'weekly' && !isMonday(date)) return null;
  return { kind, date, from };
}
