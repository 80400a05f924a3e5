import { describe, expect, it } from 'vitest';
import { getSubmissionWindow, toArxivDay } from '../../../src/domain/sources/arxiv-calendar.ts';

describe('getSubmissionWindow', () => {
  it.each([
    ['Monday', '2026-05-11', '2026-05-07T18:00:00Z', '2026-05-08T18:00:00Z'],
    ['Tuesday', '2026-05-12', '2026-05-08T18:00:00Z', '2026-05-11T18:00:00Z'],
    ['Wednesday', '2026-05-13', '2026-05-11T18:00:00Z', '2026-05-12T18:00:00Z'],
    ['Friday', '2026-05-15', '2026-05-13T18:00:00Z', '2026-05-14T18:00:00Z'],
    ['in winter', '2026-01-14', '2026-01-12T19:00:00Z', '2026-01-13T19:00:00Z'],
    ['after the clocks changed', '2026-03-10', '2026-03-06T19:00:00Z', '2026-03-09T18:00:00Z'],
    ['after a holiday', '2026-11-30', '2026-11-25T19:00:00Z', '2026-11-27T19:00:00Z'],
  ])('The submission window of a list spans the deadlines before it: %s', (_, day, from, to) => {
    expect(getSubmissionWindow(day)).toEqual({ from: new Date(from), to: new Date(to) });
  });

  it.each(['2026-05-09', '2026-05-10', '2026-11-27'])(
    'There is no submission window for %s, which has no list',
    (day) => {
      expect(getSubmissionWindow(day)).toBeNull();
    },
  );

  it('Submission windows cover every minute of a year exactly once', () => {
    const days = Array.from({ length: 365 }, (_, n) =>
      new Date(Date.UTC(2026, 0, 5 + n)).toISOString().slice(0, 10),
    );
    const spans = days.flatMap((day) => getSubmissionWindow(day) ?? []);
    expect(spans.length).toBeGreaterThan(240);
    for (const [n, span] of spans.entries()) if (n > 0) expect(span.from).toEqual(spans[n - 1]?.to);
  });
});

describe('toArxivDay', () => {
  it('The arXiv day is the current day in New York', () => {
    expect(toArxivDay(new Date('2026-05-08T03:59:00Z'))).toBe('2026-05-07');
    expect(toArxivDay(new Date('2026-05-08T04:00:00Z'))).toBe('2026-05-08');
    expect(toArxivDay(new Date('2026-01-08T04:59:00Z'))).toBe('2026-01-07');
  });
});
