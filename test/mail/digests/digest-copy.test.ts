import { describe, expect, it } from 'vitest';
import {
  createPreheader,
  describeOtherPapers,
  describeReadingTime,
  describeSelectionBasis,
  describeSignUp,
  describeSubscriptionReason,
  formatDigestSubject,
} from '../../../src/mail/digests/digest-copy.ts';

describe('subjectOf', () => {
  it('names the top paper and counts the others', () => {
    expect(formatDigestSubject('SWAN', 3)).toBe('SWAN, and 2 more');
    expect(formatDigestSubject('SWAN', 1)).toBe('SWAN');
  });

  it('stays within 150 characters and cuts between words', () => {
    const subject = formatDigestSubject(`${'word '.repeat(60)}end`, 2);
    expect(subject.length).toBeLessThanOrEqual(150);
    expect(subject).toMatch(/word, and 1 more$/);
  });
});

describe('preheaderOf', () => {
  const count = '49 papers read, 10 chosen for you.';
  const day = 'Friday, 8 May 2026';

  it('goes on where the subject stopped', () => {
    const preheader = createPreheader({ names: ['SWAN', 'FASER', 'STree'], count, day });
    expect(preheader).toEqual(['Also FASER', '; STree', `. ${count}`]);
  });

  it('has between 40 and 130 characters whatever the names are', () => {
    for (const length of [1, 20, 60, 90, 200]) {
      const names = Array.from({ length: 10 }, () => 'n'.repeat(length));
      const preheader = createPreheader({ names, count, day }).join('');
      expect(preheader.length).toBeGreaterThanOrEqual(40);
      expect(preheader.length).toBeLessThanOrEqual(130);
    }
  });
});

describe('readingTimeOf', () => {
  it('is in words, at least a minute, with the right article', () => {
    expect(describeReadingTime(10)).toBe('A one-minute read.');
    expect(describeReadingTime(4 * 230)).toBe('A four-minute read.');
    expect(describeReadingTime(8 * 230)).toBe('An eight-minute read.');
  });
});

describe('choiceOf', () => {
  it('names topics and words, or says that there are none', () => {
    expect(describeSelectionBasis(['A', 'B'], ['x'])).toBe(
      'Chosen by your topics: A, B; and your words: x.',
    );
    expect(describeSelectionBasis(['A', 'B, C'], ['x'])).toBe(
      'Chosen by your topics: A; B, C; and your words: x.',
    );
    expect(describeSelectionBasis(['A'], [])).toBe('Chosen by your topics: A.');
    expect(describeSelectionBasis([], ['x', 'y'])).toBe('Chosen by your words: x, y.');
    expect(describeSelectionBasis([], [])).toBe(
      'Chosen without topics of yours: the best of the day.',
    );
  });
});

describe('whyOf and askedOf', () => {
  const preferences = { frequency: 'weekdays', hour: 7, timezone: 'Europe/Berlin' } as const;

  it('say when, to whom and since when', () => {
    expect(describeSubscriptionReason('Paperboy', preferences)).toBe(
      'You get Paperboy on weekdays at 07:00, Berlin time, because',
    );
    expect(describeSignUp('ada@example.org', '2 March 2026')).toBe(
      'ada@example.org asked for it on 2 March 2026.',
    );
  });

  it('leave out a day that is not known', () => {
    expect(describeSignUp('ada@example.org', null)).toBe('ada@example.org asked for it.');
  });
});

describe('othersOf', () => {
  it('agrees with the number', () => {
    expect(describeOtherPapers(39, 'here')).toEqual({
      others: 'The other 39 papers',
      othersAre: 'are here',
    });
    expect(describeOtherPapers(1, 'here')).toEqual({
      others: 'The other paper',
      othersAre: 'is here',
    });
    expect(describeOtherPapers(0, 'here').others).toBe('');
  });
});
