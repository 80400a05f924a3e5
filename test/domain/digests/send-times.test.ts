import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIGEST_KINDS } from '../../../src/domain/digests/digest.ts';
import { createSendTimes, findExpiryOfAdded } from '../../../src/domain/digests/send-times.ts';
import { FREQUENCIES, type Frequency } from '../../../src/domain/subscribers/subscriber.ts';
import { findNextOccurrence, isDigestDue } from '../../../src/domain/time/schedule.ts';

/** Zones with whole, half and quarter hours, with gaps of an hour and of half an hour, and on both
 *  sides of the date line. */
const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Asia/Kolkata'],
  ...['Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Auckland', 'Pacific/Chatham'],
  ...['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Africa/Casablanca', 'America/Santiago'],
];

describe('createSendTimes', () => {
  it('The send time is the first occurrence of the hour, in every zone and across daylight saving', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 23 }),
        fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true }),
        fc.constantFrom(...FREQUENCIES),
        fc.constantFrom(...DIGEST_KINDS),
        (timezone, hour, from, frequency, kind) => {
          const { sendAt, isDue } = createSendTimes(kind, from)({ frequency, hour, timezone });
          expect(sendAt).toEqual(findNextOccurrence(from, hour, timezone));
          expect(isDue).toBe(isDigestDue(frequency, kind, sendAt, timezone));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each<[Frequency, string, string, string, string]>([
    // 8 May 2026 is a Friday.
    ['daily', 'UTC', '2026-05-08T05:30Z', '2026-05-08T07:00Z', '2026-05-09T07:00Z'],
    ['weekdays', 'UTC', '2026-05-07T05:30Z', '2026-05-07T07:00Z', '2026-05-08T07:00Z'],
    ['weekdays', 'UTC', '2026-05-08T05:30Z', '2026-05-08T07:00Z', '2026-05-11T07:00Z'],
    ['weekly', 'UTC', '2026-05-04T05:30Z', '2026-05-04T07:00Z', '2026-05-11T07:00Z'],
    // In Berlin the clocks change on 29 March and on 25 October 2026.
    ['daily', 'Europe/Berlin', '2026-03-28T05:30Z', '2026-03-28T06:00Z', '2026-03-29T05:00Z'],
    ['weekdays', 'Europe/Berlin', '2026-10-23T04:30Z', '2026-10-23T05:00Z', '2026-10-26T06:00Z'],
    ['weekly', 'Europe/Berlin', '2026-10-19T04:30Z', '2026-10-19T05:00Z', '2026-10-26T06:00Z'],
    // Friday in Los Angeles begins when it is Friday 07:00 in London.
    [
      'weekdays',
      'America/Los_Angeles',
      '2026-05-08T05:30Z',
      '2026-05-08T14:00Z',
      '2026-05-11T14:00Z',
    ],
  ])(
    'A %s subscriber in %s whose digest is composed at %s gets it at %s, and it expires at %s',
    (frequency, timezone, from, sendAt, expiresAt) => {
      const kind = frequency === 'weekly' ? 'weekly' : 'daily';
      const times = createSendTimes(kind, new Date(from))({ frequency, hour: 7, timezone });
      expect(times).toEqual({
        sendAt: new Date(sendAt),
        expiresAt: new Date(expiresAt),
        isDue: true,
      });
    },
  );

  it('Every delivery expires after it is due', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 23 }),
        fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true }),
        fc.constantFrom(...FREQUENCIES),
        fc.constantFrom(...DIGEST_KINDS),
        (timezone, hour, from, frequency, kind) => {
          const { sendAt, expiresAt } = createSendTimes(kind, from)({ frequency, hour, timezone });
          expect(expiresAt.getTime() - sendAt.getTime()).toBeGreaterThanOrEqual(23 * 3_600_000);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('findExpiryOfAdded', () => {
  const daily = { frequency: 'daily', hour: 7, timezone: 'UTC' } as const;
  const composedAt = new Date('2026-05-08T05:30Z');

  it.each([
    ['2026-05-08T06:00Z', '2026-05-09T07:00Z'],
    ['2026-05-08T22:00Z', '2026-05-09T07:00Z'],
    ['2026-05-09T06:59Z', '2026-05-09T07:00Z'],
  ])(
    'A digest that a new reader gets at %s expires when their next one is due, at %s',
    (now, at) => {
      expect(findExpiryOfAdded({ kind: 'daily', composedAt }, daily, new Date(now))).toEqual(
        new Date(at),
      );
    },
  );

  it('An old digest that is sent by hand may be sent for one period', () => {
    const now = new Date('2026-05-20T10:00Z');
    expect(findExpiryOfAdded({ kind: 'daily', composedAt }, daily, now)).toEqual(
      new Date('2026-05-21T10:00Z'),
    );
    expect(findExpiryOfAdded({ kind: 'weekly', composedAt }, daily, now)).toEqual(
      new Date('2026-05-27T10:00Z'),
    );
  });
});
