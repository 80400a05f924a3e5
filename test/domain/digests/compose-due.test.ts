import { describe, expect, it } from 'vitest';
import {
  canCompose,
  findDueDigest,
  type MissingList,
  SWEEP_GRACE_MS,
} from '../../../src/domain/digests/compose-due.ts';

const MORNING = { hour: 5, minute: 30 };
const LATE_EVENING = { hour: 23, minute: 50 };

describe('dueDigest', () => {
  it.each([
    ['2026-05-08T05:29:59.999Z', null],
    ['2026-05-08T05:30:00Z', '2026-05-08'],
    ['2026-05-08T17:30:00Z', '2026-05-08'],
    ['2026-05-08T17:30:00.001Z', null],
    ['2026-05-09T05:29:00Z', null],
  ])('gives at %s the daily digest of %s', (now, date) => {
    expect(findDueDigest('daily', MORNING, new Date(now))?.date ?? null).toBe(date);
  });

  it('counts readers’ hours from the time at which it was due, not from now', () => {
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
  ])('gives at %s the weekly digest of %s', (now, date) => {
    expect(findDueDigest('weekly', MORNING, new Date(now))?.date ?? null).toBe(date);
  });

  it('makes up for a digest of late evening after midnight, under its own date', () => {
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

  it('makes up for as much time as it is told', () => {
    const now = new Date('2026-05-08T07:30:00Z');
    expect(findDueDigest('daily', MORNING, now, SWEEP_GRACE_MS)?.date).toBe('2026-05-08');
    expect(findDueDigest('daily', MORNING, new Date(now.getTime() + 1), SWEEP_GRACE_MS)).toBeNull();
  });

  it('does not change the moment it is given', () => {
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

  it('waits for them as long as it may, no longer', () => {
    expect(may('05:30:00', [])).toBe(true);
    expect(may('05:30:00', [{}])).toBe(false);
    expect(may('07:29:59', [{}])).toBe(false);
    expect(may('07:30:00', [{}])).toBe(true);
  });

  it('waits until its sources were asked, however late it is', () => {
    expect(may('08:00:00', [{}, { wasFetched: false }])).toBe(false);
    expect(may('09:20:00', [{ wasFetched: false }])).toBe(true);
    expect(may('10:00:00', [{ wasFetched: false }], 12 * HOUR_MS)).toBe(false);
  });
});
