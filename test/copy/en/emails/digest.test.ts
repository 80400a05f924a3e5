import { describe, expect, it } from 'vitest';
import { DIGEST_EMAIL_COPY } from '../../../../src/copy/en/emails/digest.ts';

describe('The text of a digest', () => {
  it('A reading time has the right article', () => {
    const { readingTime } = DIGEST_EMAIL_COPY;
    expect([1, 4, 8, 11, 18, 80].map(readingTime)).toEqual([
      'A one-minute read.',
      'A four-minute read.',
      'An eight-minute read.',
      'An eleven-minute read.',
      'An eighteen-minute read.',
      'An 80-minute read.',
    ]);
  });

  it('The basis of a selection names topics and keywords, or says that there are none', () => {
    const { selectionBasis } = DIGEST_EMAIL_COPY;
    expect(selectionBasis({ topics: 'A, B', keywords: 'x' })).toBe(
      'Chosen for your topics: A, B; and for your keywords: x.',
    );
    expect(selectionBasis({ topics: 'A', keywords: '' })).toBe('Chosen for your topics: A.');
    expect(selectionBasis({ topics: '', keywords: 'x, y' })).toBe(
      'Chosen for your keywords: x, y.',
    );
    expect(selectionBasis({ topics: '', keywords: '' })).toBe(
      'You don’t follow any topics yet: these are the best papers on all topics.',
    );
  });

  it('The reason for a digest says when it comes, to whom and since when', () => {
    const preferences = { frequency: 'weekdays', hour: 7, timezone: 'Europe/Berlin' } as const;
    expect(DIGEST_EMAIL_COPY.subscriptionReason({ siteName: 'Paperboy', preferences })).toBe(
      'You get Paperboy on weekdays at 07:00, Berlin time, because',
    );
    expect(DIGEST_EMAIL_COPY.signUp({ email: 'ada@example.org', day: '2 March 2026' })).toBe(
      'ada@example.org subscribed on 2 March 2026.',
    );
    expect(DIGEST_EMAIL_COPY.signUp({ email: 'ada@example.org', day: null })).toBe(
      'ada@example.org subscribed.',
    );
  });

  it('Sentences about other and omitted papers agree with their number', () => {
    const { otherPapers, omittedPapers } = DIGEST_EMAIL_COPY;
    expect(otherPapers({ count: 39, kind: 'daily' })).toEqual({
      link: 'The other 39 papers',
      rest: 'are on our website',
    });
    expect(otherPapers({ count: 1, kind: 'weekly' })).toEqual({
      link: 'The other paper',
      rest: 'is in the archive',
    });
    expect(omittedPapers(1).link).toBe('One more of your papers');
    expect(omittedPapers(2).link).toBe('2 more of your papers');
  });
});
