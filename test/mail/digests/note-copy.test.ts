import { describe, expect, it } from 'vitest';
import { createNonWorkingDayClassifier } from '../../../src/domain/sources/working-days.ts';
import {
  CALENDAR_ONLY,
  composeNote,
  createGapNote,
  createQuietNote,
  type NoteRecipient,
} from '../../../src/mail/digests/note-copy.ts';
import { buildDigest, buildRankedPapers } from '../builders.ts';

const FRIDAY = '2026-05-08';
const MONDAY = '2026-05-11';

describe('gapNote', () => {
  const on = (date: string, previous: string | null, usableOn = date) =>
    createGapNote(buildDigest({ date }), previous, buildRankedPapers(2, { usableOn }));

  it('explains a weekend', () => {
    expect(on(MONDAY, FRIDAY)).toBe(
      'Saturday and Sunday brought no papers: arXiv rests at weekends.',
    );
    expect(on('2026-05-10', FRIDAY)).toBe('Saturday brought no papers: arXiv rests at weekends.');
  });

  it('explains other days without papers, alone or beside a weekend', () => {
    expect(on(FRIDAY, '2026-05-06')).toBe('Thursday brought no papers: none were listed.');
    expect(on('2026-05-12', FRIDAY)).toBe(
      'Saturday, Sunday and Monday brought no papers: none were listed.',
    );
  });

  it('knows the holidays of arXiv, and which days its sources rest on', () => {
    expect(on('2026-11-30', '2026-11-26')).toBe(
      'Friday, Saturday and Sunday brought no papers: arXiv had a holiday.',
    );
    const classifyNonWorkingDay = createNonWorkingDayClassifier([{ usableAfterDays: 1 }]);
    const facts = { ...CALENDAR_ONLY, classifyNonWorkingDay };
    expect(
      createGapNote(buildDigest({ date: '2026-05-12' }), '2026-05-09', buildRankedPapers(1), facts),
    ).toBe('Sunday and Monday brought no papers: arXiv rests at weekends.');
  });

  it('tells of papers that came late, which it may hold itself', () => {
    const facts = { ...CALENDAR_ONLY, lateOn: new Set(['2026-05-06']) };
    const late = buildRankedPapers(2, { usableOn: '2026-05-06' });
    expect(createGapNote(buildDigest({ date: FRIDAY }), '2026-05-05', late, facts)).toBe(
      'Wednesday and Thursday brought no papers: they did not reach us in time. What has come since is in here.',
    );
  });

  it('says nothing when no day is missing, before there was any digest, and in weekly ones', () => {
    expect(on(FRIDAY, '2026-05-07')).toBeNull();
    expect(on(MONDAY, null)).toBeNull();
    expect(
      createGapNote(
        buildDigest({ kind: 'weekly', date: MONDAY }),
        '2026-05-04',
        buildRankedPapers(1),
      ),
    ).toBeNull();
  });

  it('blames nobody when it was this site that was silent, or when nobody knows', () => {
    expect(on(FRIDAY, '2026-05-01')).toBe('This is the first edition since 1 May 2026.');
    expect(on(FRIDAY, '2026-05-06', '2026-05-07')).toBe(
      'This is the first edition since Wednesday.',
    );
    expect(on('2027-01-04', '2026-12-24')).toBe(
      'This is the first edition since 24 December 2026.',
    );
  });
});

describe('quietNote', () => {
  const since = (quietSince: string, previous: string | null) =>
    createQuietNote(buildDigest({ date: FRIDAY }), quietSince, previous, 'middle');

  it('names the one day that was let pass, or the first of several', () => {
    expect(since('2026-05-07', '2026-05-07')).toBe(
      'Nothing on Thursday cleared your bar, so we let you sleep. Here is Friday.',
    );
    expect(since('2026-05-05', '2026-05-07')).toBe(
      'Nothing since Tuesday cleared your bar, so we let you sleep. Here is Friday.',
    );
    expect(since('2026-04-20', '2026-05-07')).toBe(
      'Nothing since 20 April 2026 cleared your bar, so we let you sleep. Here is Friday.',
    );
  });

  it('speaks of weeks in a weekly digest', () => {
    const weekly = buildDigest({ kind: 'weekly', date: MONDAY });
    expect(createQuietNote(weekly, '2026-05-04', '2026-05-04', 'high')).toBe(
      'Nothing last week cleared your bar, so we let you sleep. Here is this week.',
    );
    expect(createQuietNote(weekly, '2026-04-20', '2026-05-04', 'high')).toContain(
      'Nothing since 20 April 2026',
    );
  });

  it('speaks of no bar to a reader without one', () => {
    expect(createQuietNote(buildDigest({ date: FRIDAY }), '2026-05-07', '2026-05-07', 'low')).toBe(
      'Nothing on Thursday matched what you follow, so we let you sleep. Here is Friday.',
    );
  });

  it('says nothing of days that are not before the digest', () => {
    expect(since(FRIDAY, '2026-05-07')).toBeNull();
  });
});

describe('noteFor', () => {
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
  const [SATURDAY, SUNDAY] = ['2026-05-09', '2026-05-10'];

  it('tells readers on weekdays where the editions of the weekend are', () => {
    expect(note(MONDAY, [SUNDAY, SATURDAY, FRIDAY])).toBe(
      'The editions of Saturday and Sunday came while you rested: they are in the archive.',
    );
    expect(note(MONDAY, [SATURDAY, FRIDAY])).toBe(
      'Saturday’s edition came while you rested: it is in the archive. Sunday brought no papers: arXiv rests at weekends.',
    );
    expect(note(MONDAY, [FRIDAY])).toBe(
      'Saturday and Sunday brought no papers: arXiv rests at weekends.',
    );
  });

  it('tells it only to them, and only after the weekend', () => {
    expect(note(MONDAY, [SUNDAY, SATURDAY, FRIDAY], { frequency: 'daily' })).toBe('');
    expect(note('2026-05-12', [MONDAY, SUNDAY, SATURDAY])).toBe('');
    expect(note(MONDAY, [])).toBe('');
  });

  it('goes by the weekend where the reader lives', () => {
    // Composed on Friday and on Saturday, these would have come on Saturday and on Sunday.
    const timezone = 'Pacific/Auckland';
    expect(note(SUNDAY, [SATURDAY, FRIDAY, '2026-05-07'], { timezone })).toBe(
      'The editions of Friday and Saturday came while you rested: they are in the archive.',
    );
  });

  it('counts the quiet days by the reader’s own editions', () => {
    expect(note(MONDAY, [SUNDAY, SATURDAY, FRIDAY], { quietSince: FRIDAY })).toBe(
      'Nothing on Friday cleared your bar, so we let you sleep. Here is Monday. The editions of Saturday and Sunday came while you rested: they are in the archive.',
    );
  });
});
