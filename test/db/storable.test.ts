import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/db/json.ts';
import { toStorableText } from '../../src/db/storable.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

/** Any UTF-16 at all, halves of pairs and NUL among it. */
const anything = fc
  .array(
    fc.oneof(fc.constantFrom(0, 0xd83d, 0xdcee, 0x27, 0x5c), fc.integer({ min: 0, max: 0xffff })),
  )
  .map((units) => String.fromCharCode(...units));

describe('What can be stored', () => {
  it.each([
    ['plain words', 'plain words'],
    ['“Größe” 📮\n', '“Größe” 📮\n'],
    ['a\0b', 'a\ufffdb'],
    ['half \ud83d a pair', 'half \ufffd a pair'],
    ['\udcee\ud83d', '\ufffd\ufffd'],
  ])('of %j is %j', (text, stored) => {
    expect(toStorableText(text)).toBe(stored);
  });

  it('is taken by Postgres, as text and in JSON, and comes back as it is', async () => {
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
