import { describe, expect, it } from 'vitest';
import { parseHfEntry } from '../../../src/sources/hugging-face/hf-entry.ts';

const FRIDAY = '2026-05-08';

describe('parseHfEntry', () => {
  const LIST_PAGE = {
    source: 'hf-daily',
    day: FRIDAY,
    usableAfterDays: 1,
    usesEntryDays: true,
  } as const;
  const read = (inner: object, outer: object = {}) =>
    parseHfEntry(
      { paper: { id: '2605.00001', title: 'On Testing', summary: 'We test.', ...inner }, ...outer },
      LIST_PAGE,
    );

  it('An entry needs only id, title and summary; invalid fields are ignored', () => {
    const odd = {
      authors: 'Ada',
      upvotes: '31',
      githubRepo: 7,
      publishedAt: 'soon',
      submittedOnDailyAt: null,
      withdrawnAt: false,
    };
    expect(read(odd, { numComments: -1, organization: 'none' })).toEqual(read({}));
    expect(read({})).toMatchObject({ upvotes: null, comments: null, listedOn: FRIDAY });
  });

  it('An entry is listed on submittedOnDailyAt, but never on a future day', () => {
    const listed = (submittedOnDailyAt: string) => read({ submittedOnDailyAt }).listedOn;
    expect(listed('2026-05-07T00:00:00.000Z')).toBe('2026-05-07');
    expect(listed('2026-05-07T23:59:00.000Z')).toBe('2026-05-07');
    expect(listed('2026-05-09T00:00:00.000Z')).toBe(FRIDAY);
  });

  it('Hidden authors are left out but counted', () => {
    const authors = [{ name: 'Ada' }, { name: 'Bob', hidden: true }];
    expect(read({ authors })).toMatchObject({ authors: ['Ada'], authorCount: 2 });
  });

  it('A flat entry is parsed, and a withdrawn one is marked', () => {
    const flat = { id: '2605.00001', title: 'On Testing', summary: 'We test.', upvotes: 3 };
    expect(parseHfEntry(flat, LIST_PAGE).upvotes).toBe(3);
    expect(read({ withdrawnAt: '2026-05-08T10:00:00.000Z' }).withdrawnOn).toBe(FRIDAY);
  });

  it('An entry with an endlessly nested id is refused', () => {
    const id = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(() => read({ id })).toThrow('id is nested without end: expected a text');
  });

  it('An author name as long as a book is ignored', () => {
    expect(read({ authors: [{ name: 'a'.repeat(1001) }] }).authors).toEqual([]);
  });

  it.each([[null], [[]], ['text'], [{ paper: null }], [{ paper: { id: '2605.00001' } }]])(
    'An entry without a title is refused: %j',
    (entry) => {
      expect(() => parseHfEntry(entry, LIST_PAGE)).toThrow('title is missing');
    },
  );
});
