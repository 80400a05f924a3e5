import { describe, expect, it } from 'vitest';
import {
  formatMoment,
  formatRelativeMoment,
  formatTime,
} from '../../../src/copy/en/format-moment.ts';

const NOW = new Date('2026-05-08T23:59:59Z');

it('A moment is shown with time and day in UTC', () => {
  const moment = new Date('2026-12-31T00:05:59Z');
  expect(formatTime(moment)).toBe('00:05 UTC');
  expect(formatMoment(moment)).toBe('31 December 2026, 00:05 UTC');
});

describe('formatRelativeMoment', () => {
  it.each([
    ['2026-05-08T00:00:00Z', 'today at 00:00 UTC'],
    ['2026-05-09T05:30:00Z', 'tomorrow at 05:30 UTC'],
    ['2026-05-07T23:59:00Z', 'yesterday at 23:59 UTC'],
    ['2026-05-10T00:00:00Z', '10 May 2026, 00:00 UTC'],
    ['2025-05-08T05:30:00Z', '8 May 2025, 05:30 UTC'],
  ])('%s is shown as “%s”', (moment, words) => {
    expect(formatRelativeMoment(new Date(moment), NOW)).toBe(words);
  });
});
