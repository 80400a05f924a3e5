import { describe, expect, it } from 'vitest';
import { localDayOf, nextDigestSendAt } from '../../../src/domain/digests/next-digest.ts';
import { DEFAULT_PREFERENCES } from '../../../src/domain/subscribers/subscriber.ts';

/** Friday, 8 May 2026; composing is at 05:30 UTC. */
function next(
  now: string,
  changes: Partial<typeof DEFAULT_PREFERENCES> = {},
  since = '2026-01-01T00:00:00Z',
): string | undefined {
  const at = nextDigestSendAt(
    { ...DEFAULT_PREFERENCES, ...changes },
    { now: new Date(now), activeSince: new Date(since), composeAt: { hour: 5, minute: 30 } },
  );
  return at?.toISOString();
}

describe('nextDigestSendAt', () => {
  it('The next digest is this morning’s until its hour has passed', () => {
    expect(next('2026-05-08T05:00:00Z')).toBe('2026-05-08T07:00:00.000Z');
    expect(next('2026-05-08T06:59:59Z')).toBe('2026-05-08T07:00:00.000Z');
    expect(next('2026-05-08T07:00:00Z')).toBe('2026-05-09T07:00:00.000Z');
  });

  it('A new subscriber’s next digest is the next one composed', () => {
    const now = '2026-05-08T06:00:00Z';
    expect(next(now, {}, now)).toBe('2026-05-09T07:00:00.000Z');
  });

  it('A digest composed yesterday may still be the next one', () => {
    expect(next('2026-05-08T03:00:00Z', { hour: 4 })).toBe('2026-05-08T04:00:00.000Z');
    expect(next('2026-05-08T05:00:00Z', { hour: 4 })).toBe('2026-05-09T04:00:00.000Z');
  });

  it('Weekday subscribers get none on the weekend of their time zone', () => {
    const weekdays = { frequency: 'weekdays' } as const;
    expect(next('2026-05-08T08:00:00Z', weekdays)).toBe('2026-05-11T07:00:00.000Z');
    const auckland = { ...weekdays, timezone: 'Pacific/Auckland', hour: 7 };
    expect(next('2026-05-08T08:00:00Z', auckland)).toBe('2026-05-10T19:00:00.000Z');
    expect(localDayOf(new Date('2026-05-10T19:00:00Z'), 'Pacific/Auckland')).toBe('2026-05-11');
  });

  it('A weekly subscriber’s next digest is the one composed on a Monday', () => {
    const weekly = { frequency: 'weekly' } as const;
    expect(next('2026-05-08T08:00:00Z', weekly)).toBe('2026-05-11T07:00:00.000Z');
    expect(next('2026-05-11T07:00:00Z', weekly)).toBe('2026-05-18T07:00:00.000Z');
    expect(next('2026-05-11T06:00:00Z', { ...weekly, hour: 5 })).toBe('2026-05-12T05:00:00.000Z');
  });
});
