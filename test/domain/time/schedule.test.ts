import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  findNextOccurrence,
  findTimezone,
  getMonday,
  getNextDigestTime,
  getUsableDays,
  isCalendarDay,
  isDigestDue,
  isMonday,
  listTimezones,
  toUtcDay,
} from '../../../src/domain/time/schedule.ts';

const HOUR_MS = 3_600_000;

/** Antarctica/Troll turns its clock by two hours, everybody else by one or less. */
const MOST_TURNED_BACK_HOURS = 2;

/** The moment as the clock of a zone shows it, such as `2026-05-08T07:00+02:00`. */
function shownIn(timezone: string, moment: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(moment.getTime())
    .toZonedDateTimeISO(timezone)
    .toString({ timeZoneName: 'never', smallestUnit: 'minute' });
}

describe('findNextOccurrence', () => {
  it.each([
    ['later the same day', '2026-05-08T05:30Z', 7, 'UTC', '2026-05-08T07:00+00:00'],
    ['at once when it is the hour', '2026-05-08T07:00Z', 7, 'UTC', '2026-05-08T07:00+00:00'],
    ['the next day when it is past', '2026-05-08T07:01Z', 7, 'UTC', '2026-05-09T07:00+00:00'],
    ['in Tokyo', '2026-05-08T05:30Z', 7, 'Asia/Tokyo', '2026-05-09T07:00+09:00'],
    [
      'in Los Angeles, where it is still yesterday',
      '2026-05-08T05:30Z',
      23,
      'America/Los_Angeles',
      '2026-05-07T23:00-07:00',
    ],
    ['at midnight', '2026-05-08T05:30Z', 0, 'Europe/Berlin', '2026-05-09T00:00+02:00'],
    ['in Kathmandu', '2026-05-08T05:30Z', 11, 'Asia/Kathmandu', '2026-05-09T11:00+05:45'],
    ['in a gap: as much later', '2026-03-29T00:30Z', 2, 'Europe/Berlin', '2026-03-29T03:00+02:00'],
    ['in a gap of New York', '2026-03-08T05:30Z', 2, 'America/New_York', '2026-03-08T03:00-04:00'],
    [
      'in a gap of half an hour',
      '2026-10-03T05:30Z',
      2,
      'Australia/Lord_Howe',
      '2026-10-04T02:30+11:00',
    ],
    [
      'at the first of two occurrences',
      '2026-10-24T22:30Z',
      2,
      'Europe/Berlin',
      '2026-10-25T02:00+02:00',
    ],
    [
      'not at the second of two occurrences',
      '2026-10-25T00:30Z',
      2,
      'Europe/Berlin',
      '2026-10-26T02:00+01:00',
    ],
    [
      'at the first of two in New York',
      '2026-11-01T04:00Z',
      1,
      'America/New_York',
      '2026-11-01T01:00-04:00',
    ],
    [
      'at the first of two that are half an hour apart',
      '2026-04-04T12:00Z',
      2,
      'Australia/Lord_Howe',
      '2026-04-05T02:00+10:30',
    ],
    [
      'in a gap that ends at midnight: at once then',
      '2026-03-29T01:00Z',
      23,
      'America/Nuuk',
      '2026-03-29T00:00-01:00',
    ],
    [
      'over the day that Samoa skipped',
      '2011-12-29T20:00Z',
      7,
      'Pacific/Apia',
      '2011-12-31T07:00+14:00',
    ],
  ])('The next occurrence is %s', (_what, from, hour, timezone, shown) => {
    expect(shownIn(timezone, findNextOccurrence(new Date(from), hour, timezone))).toBe(shown);
  });

  it('The next occurrence is within a day and a clock change, at the hour unless it is skipped', () => {
    const zones = [
      ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Asia/Kolkata'],
      ...['Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Kiritimati', 'Pacific/Chatham'],
      ...['Africa/Casablanca', 'America/Santiago', 'Asia/Gaza', 'Antarctica/Troll', 'America/Nuuk'],
    ];
    const moments = fc
      .integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2031, 0, 1) })
      .map((ms) => new Date(ms));
    fc.assert(
      fc.property(
        moments,
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom(...zones),
        (from, hour, timezone) => {
          const at = findNextOccurrence(from, hour, timezone);
          const wait = at.getTime() - from.getTime();
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThan(28 * HOUR_MS);
          const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(
            timezone,
          );
          if (!isSkipped(local, hour)) {
            expect(local.toPlainTime().toString()).toBe(
              Temporal.PlainTime.from({ hour }).toString(),
            );
            expect(wait).toBeLessThanOrEqual((24 + MOST_TURNED_BACK_HOURS) * HOUR_MS);
          }
          expect(findNextOccurrence(at, hour, timezone)).toEqual(at);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('Every selectable time zone has a next occurrence', () => {
    const from = new Date('2026-05-08T05:30Z');
    const wrong = listTimezones().filter(
      (zone) => !shownIn(zone, findNextOccurrence(from, 7, zone)).includes('T07:00'),
    );
    expect(wrong).toEqual([]);
    expect(listTimezones().length).toBeGreaterThan(400);
    expect(listTimezones()[0]).toBe('UTC');
  });
});

/**
 * Whether the clock goes past `hour`, on the day of `local` or the day before, without showing it.
 */
function isSkipped(local: Temporal.ZonedDateTime, hour: number): boolean {
  if (local.hour === hour && local.minute === 0) return false;
  // The last hour of a day, skipped, comes at the first moment of the next one.
  const days = [local.toPlainDate(), local.toPlainDate().subtract({ days: 1 })];
  return days.some((day) => !isThere(day.toPlainDateTime({ hour }), local.timeZoneId));
}

function isThere(moment: Temporal.PlainDateTime, timezone: string): boolean {
  try {
    moment.toZonedDateTime(timezone, { disambiguation: 'reject' });
    return true;
  } catch {
    return false;
  }
}

describe('isDigestDue', () => {
  const friday = { first: '2026-05-08T00:00', last: '2026-05-08T23:59' };

  it('Only weekly subscribers get the weekly digest, and the others the daily one', () => {
    const sendAt = new Date('2026-05-06T07:00Z');
    const due = (kind: 'daily' | 'weekly') =>
      (['daily', 'weekdays', 'weekly'] as const).filter((f) => isDigestDue(f, kind, sendAt, 'UTC'));
    expect(due('daily')).toEqual(['daily', 'weekdays']);
    expect(due('weekly')).toEqual(['weekly']);
  });

  it.each(['Asia/Tokyo', 'America/Los_Angeles', 'UTC', 'Pacific/Kiritimati', 'Pacific/Niue'])(
    'Weekdays are Monday to Friday in the time zone %s',
    (timezone) => {
      const at = (local: string) =>
        new Date(Temporal.PlainDateTime.from(local).toZonedDateTime(timezone).epochMilliseconds);
      const isOn = (local: string) => isDigestDue('weekdays', 'daily', at(local), timezone);
      expect(isOn(friday.first)).toBe(true);
      expect(isOn(friday.last)).toBe(true);
      expect(isOn('2026-05-09T00:00')).toBe(false);
      expect(isOn('2026-05-10T23:59')).toBe(false);
      expect(isOn('2026-05-11T00:00')).toBe(true);
      expect(isDigestDue('daily', 'daily', at('2026-05-09T00:00'), timezone)).toBe(true);
    },
  );

  it('The weekday is that of the subscriber’s time zone', () => {
    const sendAt = new Date('2026-05-10T22:00Z'); // Sunday in UTC, Monday 07:00 in Tokyo
    expect(isDigestDue('weekdays', 'daily', sendAt, 'Asia/Tokyo')).toBe(true);
    expect(isDigestDue('weekdays', 'daily', sendAt, 'UTC')).toBe(false);
    expect(isDigestDue('weekdays', 'daily', sendAt, 'America/Los_Angeles')).toBe(false);
  });
});

describe('days', () => {
  it('Days end at midnight UTC', () => {
    expect(toUtcDay(new Date('2026-05-08T23:59:59.999Z'))).toBe('2026-05-08');
    expect(toUtcDay(new Date('2026-05-09T00:00:00Z'))).toBe('2026-05-09');
  });

  it('Days are added across the ends of months and years', () => {
    expect(addDays('2026-05-01', -1)).toBe('2026-04-30');
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });

  it.each(['2026-05-08', '2028-02-29', '1900-01-01'])('%s is a calendar day', (day) => {
    expect(isCalendarDay(day)).toBe(true);
  });

  it.each([
    '',
    '0000-01-01',
    '1899-12-31',
    '3000-01-01',
    '9999-12-31',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-5-8',
    '2026-05-08T00:00Z',
    '08.05.2026',
    '20260508',
    ' 2026-05-08',
    '2026-05-08\n',
  ])('%j is no calendar day', (text) => {
    expect(isCalendarDay(text)).toBe(false);
  });

  it('Days belong to the week of the Monday before them', () => {
    expect(getMonday('2026-05-04')).toBe('2026-05-04');
    expect(getMonday('2026-05-10')).toBe('2026-05-04');
    expect(getMonday('2026-01-01')).toBe('2025-12-29');
    expect(isMonday('2026-05-04')).toBe(true);
    expect(isMonday('2026-05-10')).toBe(false);
  });

  it('A daily digest has the papers of five days, a weekly one those of the week before', () => {
    expect(getUsableDays('daily', '2026-05-08')).toEqual({
      first: '2026-05-04',
      last: '2026-05-08',
    });
    expect(getUsableDays('weekly', '2026-05-11')).toEqual({
      first: '2026-05-04',
      last: '2026-05-10',
    });
  });
});

describe('the next digest', () => {
  it('The next digest is due a day or a week later, the previous one as much earlier', () => {
    const sendAt = new Date('2026-05-08T07:00Z');
    expect(getNextDigestTime('daily', sendAt)).toEqual(new Date('2026-05-09T07:00Z'));
    expect(getNextDigestTime('weekly', sendAt)).toEqual(new Date('2026-05-15T07:00Z'));
  });
});

describe('findTimezone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['AMERICA/NEW_YORK', 'America/New_York'],
    ['america/port-au-prince', 'America/Port-au-Prince'],
    ['utc', 'UTC'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['etc/gmt+5', 'Etc/GMT+5'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['us/pacific', 'US/Pacific'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['est5edt', 'EST5EDT'],
  ])('The time zone %s is found as %s', (name, zone) => {
    expect(findTimezone(name)).toBe(zone);
  });

  it.each([
    '',
    ' ',
    '+02:00',
    '-05:00',
    'UTC+1',
    'GMT+1',
    'Z',
    'Berlin',
    'Europe/Atlantis',
    'Europe/Berlin ',
    '2026-05-08T07:00Z',
    'constructor',
    '__proto__',
    '../Europe/Berlin',
    'x'.repeat(300),
  ])('%j is not a time zone', (name) => {
    expect(findTimezone(name)).toBeNull();
  });

  it('Every listed time zone is found by its name', () => {
    expect(listTimezones().filter((zone) => findTimezone(zone.toLowerCase()) !== zone)).toEqual([]);
  });
});
