import { describe, expect, it } from 'vitest';
import { restOn } from '../../src/domain/working-days.ts';
import { CALENDAR_ONLY, gapNote, quietNote } from '../../src/mail/note-words.ts';
import { digest, papers } from './samples.ts';

const FRIDAY = '2026-05-08';
const MONDAY = '2026-05-11';

describe('gapNote', () => {
  const on = (date: string, previous: string | null, usableOn = date) =>
    gapNote(digest({ date }), previous, papers(2, { usableOn }));

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
    const facts = { ...CALENDAR_ONLY, restOn: (date: string) => restOn(date, [1]) };
    expect(gapNote(digest({ date: '2026-05-12' }), '2026-05-09', papers(1), facts)).toBe(
      'Sunday and Monday brought no papers: arXiv rests at weekends.',
    );
  });

  it('tells of papers that came late, which it may hold itself', () => {
    const facts = { ...CALENDAR_ONLY, lateOn: new Set(['2026-05-06']) };
    const late = papers(2, { usableOn: '2026-05-06' });
    expect(gapNote(digest({ date: FRIDAY }), '2026-05-05', late, facts)).toBe(
      'Wednesday and Thursday brought no papers: they did not reach us in time. What has come since is in here.',
    );
  });

  it('says nothing when no day is missing, before there was any digest, and in weekly ones', () => {
    expect(on(FRIDAY, '2026-05-07')).toBeNull();
    expect(on(MONDAY, null)).toBeNull();
    expect(gapNote(digest({ kind: 'weekly', date: MONDAY }), '2026-05-04', papers(1))).toBeNull();
  });

  it('blames nobody when it was this site that was silent', () => {
    expect(on(FRIDAY, '2026-05-01')).toBeNull();
    expect(on(FRIDAY, '2026-05-06', '2026-05-07')).toBeNull();
  });
});

describe('quietNote', () => {
  const since = (quietSince: string, previous: string | null) =>
    quietNote(digest({ date: FRIDAY }), quietSince, previous);

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
    const weekly = digest({ kind: 'weekly', date: MONDAY });
    expect(quietNote(weekly, '2026-05-04', '2026-05-04')).toBe(
      'Nothing last week cleared your bar, so we let you sleep. Here is this week.',
    );
    expect(quietNote(weekly, '2026-04-20', '2026-05-04')).toContain('Nothing since 20 April 2026');
  });

  it('says nothing of days that are not before the digest', () => {
    expect(since(FRIDAY, '2026-05-07')).toBeNull();
  });
});
