import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guard, readImportHeader, readSubscriberRow } from '../../src/domain/subscriber-row.ts';
import { refusalOf } from './samples.ts';

const SLUGS = new Set(['agents', 'theory']);

describe('readSubscriberRow', () => {
  it('reads every column', () => {
    expect(
      readSubscriberRow(
        {
          email: ' Ada@Example.org ',
          topics: ' agents ; theory;',
          timezone: 'europe/berlin',
          hour: '06',
          frequency: 'weekly',
          papers: '3',
          consent: ' asked at a booth, 2 May 2026 ',
        },
        SLUGS,
      ),
    ).toEqual({
      address: { email: 'Ada@example.org', key: 'ada@example.org' },
      preferences: {
        topics: ['agents', 'theory'],
        timezone: 'Europe/Berlin',
        hour: 6,
        frequency: 'weekly',
        papers: 3,
      },
      consent: 'asked at a booth, 2 May 2026',
      mayAdd: true,
    });
  });

  it('leaves absent what a row leaves empty, so that it changes nothing', () => {
    const address = { email: 'ada@example.org', key: 'ada@example.org' };
    const nothing = { address, preferences: {}, consent: null, mayAdd: true };
    expect(readSubscriberRow({ email: 'ada@example.org' }, SLUGS)).toEqual(nothing);
    expect(
      readSubscriberRow(
        { email: 'ada@example.org', topics: ' ', timezone: '', hour: '  ', consent: '' },
        SLUGS,
      ),
    ).toEqual(nothing);
  });

  it.each([
    ['', true],
    ['active', true],
    ['pending', false],
    ['paused', false],
    [' Unsubscribed ', false],
  ])('makes of a reader whose status is “%s” a new one: %s', (status, mayAdd) => {
    expect(readSubscriberRow({ email: 'ada@example.org', status }, SLUGS).mayAdd).toBe(mayAdd);
  });

  it.each([
    [{}, 'INVALID_EMAIL', 'is needed'],
    [{ email: 'ada' }, 'INVALID_EMAIL', '“ada”'],
    [{ email: 'ada@example.org', hour: '24' }, 'INVALID_PREFERENCES', '“24” is no hour'],
    [{ email: 'ada@example.org', topics: 'magic' }, 'INVALID_PREFERENCES', '“magic” is no topic'],
  ])('refuses %j', (row, code, message) => {
    const refusal = refusalOf(() => readSubscriberRow(row, SLUGS));
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toContain(message);
  });

  it('keeps a consent of at most 500 characters', () => {
    const row = { email: 'ada@example.org', consent: 'x'.repeat(900) };
    expect(readSubscriberRow(row, SLUGS).consent).toHaveLength(500);
  });
});

describe('readImportHeader', () => {
  it('knows columns in any case, with blanks and a byte-order mark around them', () => {
    expect(readImportHeader(['\ufeffEmail', ' Topics ', 'nickname', ''])).toEqual([
      ...['email', 'topics', 'nickname', ''],
    ]);
  });

  it.each([
    [['ada@example.org', 'agents'], 'has no column “email”'],
    [[''], 'has no column “email”'],
    [['email', 'hour', 'Email'], '“email” comes twice'],
  ])('refuses %j', (names, message) => {
    const refusal = refusalOf(() => readImportHeader(names));
    expect(refusal?.code).toBe('INVALID_FILE');
    expect(refusal?.message).toContain(message);
  });

  it('passes over nameless columns, however many', () => {
    expect(readImportHeader(['email', '', ''])).toEqual(['email', '', '']);
  });
});

describe('guard', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', "'=1"])(
    'puts an apostrophe before %j',
    (cell) => {
      expect(guard(cell)).toBe(`'${cell}`);
    },
  );

  it.each(['', 'ada@example.org', '1=1', "o'brien", "'quoted'"])('leaves %j alone', (cell) => {
    expect(guard(cell)).toBe(cell);
  });

  it('is taken away again by an import, whatever the address begins with', () => {
    const begin = fc.string({
      unit: fc.constantFrom("'", '=', '+', '-', 'a'),
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(begin, (local) => {
        const email = `${local}@example.org`;
        expect(readSubscriberRow({ email: guard(email) }, SLUGS).address.email).toBe(email);
        expect(guard(email)).not.toMatch(/^[=+\-@]/);
      }),
    );
  });
});
