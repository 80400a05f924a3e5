import { expect, test } from 'vitest';
import { findNextOccurrence } from '../../../src/domain/time/schedule.ts';
import { planMissedDigest } from './send-hours.ts';

test('All hours of a missed digest have passed since it was due, at whatever time of the day', () => {
  for (let minute = 0; minute < 24 * 60; minute += 97) {
    const now = new Date(Date.UTC(2026, 10, 30, 0, minute));
    const { composeAt, hours } = planMissedDigest(now);
    const from = new Date(`2026-11-30T${composeAt}:00Z`);
    if (from > now) from.setUTCDate(from.getUTCDate() - 1);
    expect(hours.length).toBeGreaterThan(20);
    for (const { timezone, hour } of hours) {
      const sendAt = findNextOccurrence(from, hour, timezone);
      expect(sendAt.getTime()).toBeLessThanOrEqual(now.getTime());
    }
  }
});
