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

  it('The basis of a selection names everything that it was chosen by, or says that it has all topics', () => {
    const basis = (changes: Partial<Parameters<typeof DIGEST_EMAIL_COPY.selectionBasis>[0]>) =>
      DIGEST_EMAIL_COPY.selectionBasis({
        topics: '',
        keywords: '',
        names: '',
        hasFeedback: false,
        ...changes,
      });
    expect(basis({ topics: 'A, B', keywords: 'x', names: 'Ada', hasFeedback: true })).toBe(
      'Chosen for your topics: A, B; for your keywords: x; for the names you follow: Ada; and from your feedback.',
    );
    expect(basis({ topics: 'A' })).toBe('Chosen for your topics: A.');
    expect(basis({ keywords: 'x, y' })).toBe('Chosen for your keywords: x, y.');
    expect(basis({ names: 'Ada' })).toBe('Chosen for the names you follow: Ada.');
    expect(basis({ hasFeedback: true })).toBe('Chosen from your feedback.');
    expect(basis({})).toBe('You don’t follow any topics yet, so these are from all topics.');
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
