import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/db/json.ts';
import { toStorableText } from '../../src/db/storable.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

/** All UTF-16 code units, including lone surrogates and NUL. */
const anything = fc
  .array(
    fc.oneof(fc.constantFrom(0, 0xd83d, 0xdcee, 0x27, 0x5c), fc.integer({ min: 0, max: 0xffff })),
  )
  .map((units) => String.fromCharCode(...units));

describe('toStorableText', () => {
  it.each([
    ['plain words', 'plain words'],
    ['“Größe” 📮\n', '“Größe” 📮\n'],
    ['a\0b', 'a\ufffdb'],
    ['half \ud83d a pair', 'half \ufffd a pair'],
    ['\udcee\ud83d', '\ufffd\ufffd'],
  ])('The storable text of %j is %j', (text, stored) => {
    expect(toStorableText(text)).toBe(stored);
  });

  it('PostgreSQL stores and returns storable text unchanged, as text and in JSON', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const { rows } = await database.database.pool.query<{ text: string; json: unknown }>(
          'SELECT $1::text AS text, $2::jsonb AS json',
          [toStorableText(text), toJson({ text })],
        );
        expect(rows).toEqual([
          { text: toStorableText(text), json: { text: toStorableText(text) } },
        ]);
      }),
    );
  });
});
