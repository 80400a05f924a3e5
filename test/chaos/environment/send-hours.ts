import { findNextOccurrence } from '../../../src/domain/time/schedule.ts';
import type { SendHour } from './queries.ts';

/** How long before the start of a scenario its digest was due to be composed, in hours: a scheduler
 *  composes one that it has missed for less than twelve hours. */
const MISSED_HOURS = 9;

const HOUR_MS = 3_600_000;

/** Zones at different offsets from full hours, so that there are many small batches. */
const ZONES = ['UTC', 'Asia/Kolkata', 'Asia/Kathmandu'];

/**
 * A schedule under which a digest that is composed now is due for everybody at once: the time of
 * composing was missed, and the hours of all subscribers have passed since.
 */
export function planMissedDigest(now: Date): { composeAt: string; hours: SendHour[] } {
  const from = new Date(Math.floor(now.getTime() / 60_000) * 60_000 - MISSED_HOURS * HOUR_MS);
  const all = ZONES.flatMap((timezone) =>
    Array.from({ length: 24 }, (_, hour) => ({ timezone, hour })),
  );
  return {
    composeAt: from.toISOString().slice(11, 16),
    hours: all.filter(({ timezone, hour }) => findNextOccurrence(from, hour, timezone) <= now),
  };
}
