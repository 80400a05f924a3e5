import { describe, expect, it } from 'vitest';
import {
  createPreheader,
  describeReadingTime,
  describeSelectionBasis,
  formatPapersSubject,
  padPreheader,
} from '../../../src/mail/digests/digest-text.ts';

describe('The subject of a digest', () => {
  const day = { period: 'daily' } as const;

  it('A subject has the words of the first title and counts the others', () => {
    expect(formatPapersSubject('SWAN', { ...day, count: 3 })).toBe('SWAN, and 2 more');
    expect(formatPapersSubject('SWAN', { ...day, count: 1 })).toBe('SWAN');
    expect(formatPapersSubject('SWAN: SGD with Whitening', { ...day, count: 2 })).toBe(
      'SWAN: SGD with Whitening, and 1 more',
    );
  });

  it('The subjects of a week and of a pause say so', () => {
    expect(formatPapersSubject('SWAN', { count: 3, period: 'weekly' })).toBe(
      'This week: SWAN, and 2 more',
    );
    expect(formatPapersSubject('SWAN', { count: 3, period: 'pause' })).toBe(
      'While you were away: SWAN, and 2 more',
    );
  });

  it.each(['daily', 'weekly', 'pause'] as const)(
    'A long title has at most 60 characters in the subject of a %s email',
    (period) => {
      const subject = formatPapersSubject(`${'word '.repeat(60)}end`, { count: 2, period });
      expect(subject).toMatch(/word, and 1 more$/);
      expect(subject.length).toBeLessThanOrEqual(60 + ', and 1 more'.length);
    },
  );
});

describe('The preheader of a digest', () => {
  const paperCount = '49 papers read, 10 chosen for you.';
  const day = 'Friday, 8 May 2026';

  it('A preheader names the papers after the one in the subject', () => {
    const preheader = createPreheader({ names: ['SWAN', 'FASER', 'STree'], paperCount, day });
    expect(preheader).toEqual(['Also FASER;', 'STree.', paperCount]);
  });

  it('A name that does not fit is skipped, and the next one that does is named', () => {
    const names = ['SWAN', 'FASER', 'n'.repeat(200), 'STree'];
    expect(createPreheader({ names, paperCount, day })).toEqual([
      'Also FASER;',
      'STree.',
      paperCount,
    ]);
  });

  it('A preheader is padded to the length of the longest preview, and no further', () => {
    const visible = (html: string) => html.match(/&nbsp;/g)?.length ?? 0;
    expect(visible(padPreheader(150))).toBe(25);
    expect(padPreheader(200)).toBe('');
    expect(padPreheader(500)).toBe('');
  });

  it('A preheader has 40 to 150 characters, however long the names are', () => {
    for (const length of [1, 20, 60, 90, 200]) {
      const names = Array.from({ length: 10 }, () => 'n'.repeat(length));
      const preheader = createPreheader({ names, paperCount, day }).join(' ');
      expect(preheader.length).toBeGreaterThanOrEqual(40);
      expect(preheader.length).toBeLessThanOrEqual(150);
    }
  });
});

const NOTHING = { topicNames: [], keywords: [], names: [], hasFeedback: false };

describe('Sentences about a digest', () => {
  it('A reading time is at least a minute', () => {
    expect(describeReadingTime(10)).toBe('A one-minute read.');
    expect(describeReadingTime(4 * 230)).toBe('A four-minute read.');
  });

  it('Topic names with commas are separated by semicolons', () => {
    expect(
      describeSelectionBasis({ ...NOTHING, topicNames: ['A', 'B'], keywords: ['x', 'y'] }),
    ).toBe('Chosen for your topics: A, B; and for your keywords: x, y.');
    expect(describeSelectionBasis({ ...NOTHING, topicNames: ['A', 'B, C'] })).toBe(
      'Chosen for your topics: A; B, C.',
    );
  });
});
