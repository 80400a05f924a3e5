import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeFormula,
  joinList,
  parseImportHeader,
  parseSubscriberRow,
} from '../../../src/domain/subscribers/import-row.ts';
import { cleanText } from '../../../src/domain/text/clean-text.ts';
import { catchRefusal } from '../builders.ts';

const KNOWN = { topicSlugs: new Set(['agents', 'theory']), today: '2026-05-08' };

describe('parseSubscriberRow', () => {
  it('A row may name every preference, a pause and its consent', () => {
    expect(
      parseSubscriberRow(
        {
          email: ' Ada@Example.org ',
          topics: ' agents ;',
          timezone: 'europe/berlin',
          hour: '06',
          frequency: 'weekly',
          papers: '3',
          muted_topics: 'theory',
          keywords: 'state space; a\\;b',
          names: "'-Tencent",
          minutes: '5',
          topics_only: 'Yes',
          shows_summaries: 'no',
          relevance_threshold: 'High',
          paused_until: '2026-06-01',
          consent: ' asked at a booth, 2 May 2026 ',
        },
        KNOWN,
      ),
    ).toEqual({
      address: { email: 'Ada@example.org', key: 'ada@example.org' },
      preferences: {
        topics: ['agents'],
        timezone: 'Europe/Berlin',
        hour: 6,
        frequency: 'weekly',
        papers: 3,
        mutedTopics: ['theory'],
        keywords: ['state space', 'a;b'],
        names: ['-Tencent'],
        minutes: 5,
        topicsOnly: true,
        showsSummaries: false,
        relevanceThreshold: 'high',
      },
      pausedUntil: '2026-06-01',
      consent: 'asked at a booth, 2 May 2026',
      canCreateSubscriber: true,
    });
  });

  it('An empty cell is absent, so that it changes nothing', () => {
    const address = { email: 'ada@example.org', key: 'ada@example.org' };
    const nothing = {
      address,
      preferences: {},
      pausedUntil: null,
      consent: null,
      canCreateSubscriber: true,
    };
    expect(parseSubscriberRow({ email: 'ada@example.org' }, KNOWN)).toEqual(nothing);
    expect(
      parseSubscriberRow(
        { email: 'ada@example.org', topics: ' ', timezone: '', hour: '  ', consent: '' },
        KNOWN,
      ),
    ).toEqual(nothing);
  });

  it.each([
    ['', true],
    ['active', true],
    ['pending', false],
    ['paused', false],
    [' Unsubscribed ', false],
  ])('A row with the status “%s” may add a subscriber: %s', (status, mayAdd) => {
    expect(
      parseSubscriberRow({ email: 'ada@example.org', status }, KNOWN).canCreateSubscriber,
    ).toBe(mayAdd);
  });

  it.each([
    ['2026-05-09', '2026-05-09', true],
    ['2026-05-08', null, false],
    ['', null, false],
  ])(
    'A pause until “%s” is read as %s, and its row may add a subscriber: %s',
    (paused_until, pausedUntil, canCreateSubscriber) => {
      const row = { email: 'ada@example.org', status: 'paused', paused_until };
      expect(parseSubscriberRow(row, KNOWN)).toMatchObject({ pausedUntil, canCreateSubscriber });
    },
  );

  it('Every list that an export writes is read back unchanged', () => {
    const entry = fc
      .string({ minLength: 1 })
      .filter((text) => /^[!-~]+$/.test(text) && cleanText(text) === text);
    fc.assert(
      fc.property(fc.uniqueArray(entry, { minLength: 1, maxLength: 20 }), (keywords) => {
        const row = { email: 'ada@example.org', keywords: escapeFormula(joinList(keywords)) };
        expect(parseSubscriberRow(row, KNOWN).preferences.keywords).toEqual(keywords);
      }),
    );
  });

  it.each([
    [{}, 'INVALID_EMAIL', 'is needed'],
    [{ email: 'ada' }, 'INVALID_EMAIL', '“ada”'],
    [{ email: 'ada@example.org', hour: '24' }, 'INVALID_PREFERENCES', '“24” is not a valid hour'],
    [
      { email: 'ada@example.org', paused_until: 'May' },
      'INVALID_PREFERENCES',
      '“May” is not a day',
    ],
    [
      { email: 'ada@example.org', paused_until: '2030-01-01' },
      'INVALID_PREFERENCES',
      'is not a day',
    ],
    [
      { email: 'ada@example.org', topics: 'magic' },
      'INVALID_PREFERENCES',
      '“magic” is not a topic',
    ],
    [
      { email: 'ada@example.org', topics: 'agents', muted_topics: 'agents' },
      'INVALID_PREFERENCES',
      'followed and muted at once',
    ],
  ])('The row %j is rejected', (row, code, message) => {
    const refusal = catchRefusal(() => parseSubscriberRow(row, KNOWN));
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toContain(message);
  });

  it('A consent is cut to 500 characters', () => {
    const row = { email: 'ada@example.org', consent: 'x'.repeat(900) };
    expect(parseSubscriberRow(row, KNOWN).consent).toHaveLength(500);
  });
});

describe('parseImportHeader', () => {
  it('Column names are read in any case, with blanks and a byte-order mark around them', () => {
    expect(parseImportHeader(['\ufeffEmail', ' Topics ', 'nickname', ''])).toEqual([
      ...['email', 'topics', 'nickname', ''],
    ]);
  });

  it.each([
    [['ada@example.org', 'agents'], 'has no column “email”'],
    [[''], 'has no column “email”'],
    [['email', 'hour', 'Email'], '“email” comes twice'],
  ])('The header line %j is rejected', (names, message) => {
    const refusal = catchRefusal(() => parseImportHeader(names));
    expect(refusal?.code).toBe('INVALID_FILE');
    expect(refusal?.message).toContain(message);
  });

  it('Columns without a name may be repeated', () => {
    expect(parseImportHeader(['email', '', ''])).toEqual(['email', '', '']);
  });
});

describe('escapeFormula', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', "'=1"])(
    'The cell %j gets an apostrophe before it',
    (cell) => {
      expect(escapeFormula(cell)).toBe(`'${cell}`);
    },
  );

  it.each(['', 'ada@example.org', '1=1', "o'brien", "'quoted'"])(
    'The cell %j stays as it is',
    (cell) => {
      expect(escapeFormula(cell)).toBe(cell);
    },
  );

  it('An import removes the apostrophe, whatever the address begins with', () => {
    const begin = fc.string({
      unit: fc.constantFrom("'", '=', '+', '-', 'a'),
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(begin, (local) => {
        const email = `${local}@example.org`;
        expect(parseSubscriberRow({ email: escapeFormula(email) }, KNOWN).address.email).toBe(
          email,
        );
        expect(escapeFormula(email)).not.toMatch(/^[=+\-@]/);
      }),
    );
  });
});
