import { describe, expect, it } from 'vitest';
import { createNonWorkingDayClassifier } from '../../../src/domain/sources/working-days.ts';
import {
  CALENDAR_ONLY,
  composeNote,
  createGapNote,
  createQuietNote,
  type NoteRecipient,
} from '../../../src/mail/digests/digest-note.ts';
import { buildDigest, buildRankedPapers } from '../builders.ts';

const FRIDAY = '2026-05-08';
const SATURDAY = '2026-05-09';
const SUNDAY = '2026-05-10';
const MONDAY = '2026-05-11';

describe('The note about days without papers', () => {
  const on = (date: string, previousDate: string | null, usableOn = date) =>
    createGapNote({
      digest: buildDigest({ date }),
      previousDate,
      papers: buildRankedPapers(2, { usableOn }),
    });

  it('A weekend without papers is explained', () => {
    expect(on(MONDAY, FRIDAY)).toBe(
      'There were no papers on Saturday and Sunday: arXiv doesn’t publish at weekends.',
    );
    expect(on(SUNDAY, FRIDAY)).toBe(
      'There were no papers on Saturday: arXiv doesn’t publish at weekends.',
    );
  });

  it('Working days without papers are named, alone or beside a weekend', () => {
    expect(on(FRIDAY, '2026-05-06')).toBe('There were no papers on Thursday: none were published.');
    expect(on('2026-05-12', FRIDAY)).toBe(
      'There were no papers on Saturday, Sunday and Monday: none were published.',
    );
  });

  it('Holidays of arXiv and the days of the configured sources count as days without lists', () => {
    expect(on('2026-11-30', '2026-11-26')).toBe(
      'There were no papers on Friday, Saturday and Sunday: arXiv was on holiday.',
    );
    const classifyNonWorkingDay = createNonWorkingDayClassifier([{ usableAfterDays: 1 }]);
    expect(
      createGapNote({
        digest: buildDigest({ date: '2026-05-12' }),
        previousDate: SATURDAY,
        papers: buildRankedPapers(1),
        days: { ...CALENDAR_ONLY, classifyNonWorkingDay },
      }),
    ).toBe('There were no papers on Sunday and Monday: arXiv doesn’t publish at weekends.');
  });

  it('Papers that came late are mentioned, also when the digest contains them', () => {
    expect(
      createGapNote({
        digest: buildDigest({ date: FRIDAY }),
        previousDate: '2026-05-05',
        papers: buildRankedPapers(2, { usableOn: '2026-05-06' }),
        days: { ...CALENDAR_ONLY, lateOn: new Set(['2026-05-06']) },
      }),
    ).toBe(
      'There were no papers on Wednesday and Thursday: they reached us late. Those that have arrived since are in this issue.',
    );
  });

  it('There is no note without a gap, for the first digest, and for a weekly digest', () => {
    expect(on(FRIDAY, '2026-05-07')).toBeNull();
    expect(on(MONDAY, null)).toBeNull();
    expect(
      createGapNote({
        digest: buildDigest({ kind: 'weekly', date: MONDAY }),
        previousDate: '2026-05-04',
        papers: buildRankedPapers(1),
      }),
    ).toBeNull();
  });

  it('A gap of our own, or one too long to explain, blames nobody', () => {
    expect(on(FRIDAY, '2026-05-01')).toBe('This is the first issue since 1 May 2026.');
    expect(on(FRIDAY, '2026-05-06', '2026-05-07')).toBe('This is the first issue since Wednesday.');
    expect(on('2027-01-04', '2026-12-24')).toBe('This is the first issue since 24 December 2026.');
  });
});

describe('The note about skipped digests', () => {
  const since = (quietSince: string, previousDate: string | null) =>
    createQuietNote({
      digest: buildDigest({ date: FRIDAY }),
      quietSince,
      previousDate,
      relevanceThreshold: 'middle',
    });

  it('The note names the one day that was skipped, or the first of several', () => {
    expect(since('2026-05-07', '2026-05-07')).toBe(
      'Nothing on Thursday met your threshold, so we didn’t write. Here’s Friday.',
    );
    expect(since('2026-05-05', '2026-05-07')).toBe(
      'Nothing since Tuesday met your threshold, so we didn’t write. Here’s Friday.',
    );
    expect(since('2026-04-20', '2026-05-07')).toBe(
      'Nothing since 20 April 2026 met your threshold, so we didn’t write. Here’s Friday.',
    );
  });

  it('The note of a weekly digest names weeks', () => {
    const weekly = {
      digest: buildDigest({ kind: 'weekly', date: MONDAY }),
      previousDate: '2026-05-04',
      relevanceThreshold: 'high',
    } as const;
    expect(createQuietNote({ ...weekly, quietSince: '2026-05-04' })).toBe(
      'Nothing last week met your threshold, so we didn’t write. Here’s this week.',
    );
    expect(createQuietNote({ ...weekly, quietSince: '2026-04-20' })).toContain(
      'Nothing since 20 April 2026',
    );
  });

  it('The note for a subscriber without a threshold does not mention relevance', () => {
    expect(
      createQuietNote({
        digest: buildDigest({ date: FRIDAY }),
        quietSince: '2026-05-07',
        previousDate: '2026-05-07',
        relevanceThreshold: 'low',
      }),
    ).toBe('Nothing on Thursday matched what you follow, so we didn’t write. Here’s Friday.');
  });

  it('There is no note when the quiet days do not begin before the digest', () => {
    expect(since(FRIDAY, '2026-05-07')).toBeNull();
  });
});

describe('The whole note of a subscriber', () => {
  const composed = (date: string) => ({ date, composedAt: new Date(`${date}T05:30:00Z`) });
  const note = (
    date: string,
    before: readonly string[],
    { quietSince = null, ...changes }: Partial<NoteRecipient['preferences'] & NoteRecipient> = {},
  ) =>
    composeNote(
      {
        digest: buildDigest({ date }),
        earlier: before.map(composed),
        papers: buildRankedPapers(2, { usableOn: date }),
      },
      {
        preferences: {
          frequency: 'weekdays',
          hour: 8,
          timezone: 'Europe/Berlin',
          relevanceThreshold: 'middle',
          ...changes,
        },
        quietSince,
      },
    );

  it('Weekday subscribers read where the issues of the weekend are', () => {
    expect(note(MONDAY, [SUNDAY, SATURDAY, FRIDAY])).toBe(
      'The issues of Saturday and Sunday came out on your days off: they’re in the archive.',
    );
    expect(note(MONDAY, [SATURDAY, FRIDAY])).toBe(
      'Saturday’s issue came out on your day off: it’s in the archive. There were no papers on Sunday: arXiv doesn’t publish at weekends.',
    );
    expect(note(MONDAY, [FRIDAY])).toBe(
      'There were no papers on Saturday and Sunday: arXiv doesn’t publish at weekends.',
    );
  });

  it('Daily subscribers, and any day but the first after the weekend, get no such note', () => {
    expect(note(MONDAY, [SUNDAY, SATURDAY, FRIDAY], { frequency: 'daily' })).toBe('');
    expect(note('2026-05-12', [MONDAY, SUNDAY, SATURDAY])).toBe('');
    expect(note(MONDAY, [])).toBe('');
  });

  it('The weekend is that of the subscriber’s time zone', () => {
    // Composed on Friday and on Saturday, these would have come on Saturday and on Sunday.
    const timezone = 'Pacific/Auckland';
    expect(note(SUNDAY, [SATURDAY, FRIDAY, '2026-05-07'], { timezone })).toBe(
      'The issues of Friday and Saturday came out on your days off: they’re in the archive.',
    );
  });

  it('Quiet days are counted by the digests that the subscriber gets', () => {
    expect(note(MONDAY, [SUNDAY, SATURDAY, FRIDAY], { quietSince: FRIDAY })).toBe(
      'Nothing on Friday met your threshold, so we didn’t write. Here’s Monday. The issues of Saturday and Sunday came out on your days off: they’re in the archive.',
    );
  });
});
