import { describe, expect, it } from 'vitest';
import {
  canCompose,
  findDueDigest,
  type MissingList,
  SWEEP_GRACE_MS,
} from '../../../src/domain/digests/compose-due.ts';

const MORNING = { hour: 5, minute: 30 };
const LATE_EVENING = { hour: 23, minute: 50 };

describe('findDueDigest', () => {
  it.each([
    ['2026-05-08T05:29:59.999Z', null],
    ['2026-05-08T05:30:00Z', '2026-05-08'],
    ['2026-05-08T17:30:00Z', '2026-05-08'],
    ['2026-05-08T17:30:00.001Z', null],
    ['2026-05-09T05:29:00Z', null],
  ])('At %s the daily digest of %s is due', (now, date) => {
    expect(findDueDigest('daily', MORNING, new Date(now))?.date ?? null).toBe(date);
  });

  it('Send hours count from when the digest was due, not from now', () => {
    expect(findDueDigest('daily', MORNING, new Date('2026-05-08T09:12:34.567Z'))).toEqual({
      kind: 'daily',
      date: '2026-05-08',
      from: new Date('2026-05-08T05:30:00Z'),
    });
  });

  it.each([
    ['2026-05-04T05:30:00Z', '2026-05-04'],
    ['2026-05-04T05:29:00Z', null],
    ['2026-05-05T05:30:00Z', '2026-05-04'],
    ['2026-05-10T05:30:00Z', '2026-05-04'],
    ['2026-05-10T23:00:00Z', null],
  ])('At %s the weekly digest of %s is due', (now, date) => {
    expect(findDueDigest('weekly', MORNING, new Date(now))?.date ?? null).toBe(date);
  });

  it('A digest due late in the evening is composed after midnight with its own date', () => {
    expect(findDueDigest('daily', LATE_EVENING, new Date('2026-05-09T00:10:00Z'))).toEqual({
      kind: 'daily',
      date: '2026-05-08',
      from: new Date('2026-05-08T23:50:00Z'),
    });
    expect(findDueDigest('weekly', LATE_EVENING, new Date('2026-05-05T00:10:00Z'))?.date).toBe(
      '2026-05-04',
    );
    expect(findDueDigest('weekly', LATE_EVENING, new Date('2026-05-04T00:10:00Z'))).toBeNull();
  });

  it('A missed digest is due for as long as the given limit', () => {
    const now = new Date('2026-05-08T07:30:00Z');
    expect(findDueDigest('daily', MORNING, now, SWEEP_GRACE_MS)?.date).toBe('2026-05-08');
    expect(findDueDigest('daily', MORNING, new Date(now.getTime() + 1), SWEEP_GRACE_MS)).toBeNull();
  });

  it('The given moment is not changed', () => {
    const now = new Date('2026-05-08T09:00:00Z');
    findDueDigest('daily', MORNING, now);
    expect(now).toEqual(new Date('2026-05-08T09:00:00Z'));
  });
});

describe('A digest whose papers are missing', () => {
  const from = new Date('2026-05-08T05:30:00Z');
  const HOUR_MS = 3_600_000;
  const may = (time: string, missing: Partial<MissingList>[], lateMs = 4 * HOUR_MS) =>
    canCompose(
      missing.map((each) => ({ source: 'hf-daily', day: '2026-05-07', wasFetched: true, ...each })),
      { from, now: new Date(`2026-05-08T${time}Z`), waitMs: 2 * HOUR_MS, lateMs },
    );

  it('A digest waits for missing papers up to its limit', () => {
    expect(may('05:30:00', [])).toBe(true);
    expect(may('05:30:00', [{}])).toBe(false);
    expect(may('07:29:59', [{}])).toBe(false);
    expect(may('07:30:00', [{}])).toBe(true);
  });

  it('A digest waits until its sources were fetched, however late it is', () => {
    expect(may('08:00:00', [{}, { wasFetched: false }])).toBe(false);
    expect(may('09:20:00', [{ wasFetched: false }])).toBe(true);
    expect(may('10:00:00', [{ wasFetched: false }], 12 * HOUR_MS)).toBe(false);
  });
});
