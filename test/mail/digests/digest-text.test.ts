import { describe, expect, it } from 'vitest';
import {
  createPreheader,
  describeReadingTime,
  describeSelectionBasis,
  formatDigestSubject,
} from '../../../src/mail/digests/digest-text.ts';

describe('The subject of a digest', () => {
  it('A subject names the first paper and counts the others', () => {
    expect(formatDigestSubject('SWAN', 3)).toBe('SWAN, and 2 more');
    expect(formatDigestSubject('SWAN', 1)).toBe('SWAN');
  });

  it('A long subject is cut between words to 150 characters', () => {
    const subject = formatDigestSubject(`${'word '.repeat(60)}end`, 2);
    expect(subject.length).toBeLessThanOrEqual(150);
    expect(subject).toMatch(/word, and 1 more$/);
  });
});

describe('The preheader of a digest', () => {
  const paperCount = '49 papers read, 10 chosen for you.';
  const day = 'Friday, 8 May 2026';

  it('A preheader names the papers after the one in the subject', () => {
    const preheader = createPreheader({ names: ['SWAN', 'FASER', 'STree'], paperCount, day });
    expect(preheader).toEqual(['Also FASER', '; STree', `. ${paperCount}`]);
  });

  it('A preheader has 40 to 130 characters, however long the names are', () => {
    for (const length of [1, 20, 60, 90, 200]) {
      const names = Array.from({ length: 10 }, () => 'n'.repeat(length));
      const preheader = createPreheader({ names, paperCount, day }).join('');
      expect(preheader.length).toBeGreaterThanOrEqual(40);
      expect(preheader.length).toBeLessThanOrEqual(130);
    }
  });
});

describe('Sentences about a digest', () => {
  it('A reading time is at least a minute', () => {
    expect(describeReadingTime(10)).toBe('A one-minute read.');
    expect(describeReadingTime(4 * 230)).toBe('A four-minute read.');
  });

  it('Topic names with commas are separated by semicolons', () => {
    expect(describeSelectionBasis({ topicNames: ['A', 'B'], keywords: ['x', 'y'] })).toBe(
      'Chosen for your topics: A, B; and for your keywords: x, y.',
    );
    expect(describeSelectionBasis({ topicNames: ['A', 'B, C'], keywords: [] })).toBe(
      'Chosen for your topics: A; B, C.',
    );
  });
});
