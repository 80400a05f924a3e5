import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatNumberArray,
  formatTextArray,
  formatTimestampArray,
} from '../../src/db/array-literal.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

async function readBack(type: string, literal: string): Promise<unknown> {
  const { rows } = await database.database.pool.query(`SELECT $1::${type}[] AS list`, [literal]);
  return rows[0].list;
}

describe('Array literals', () => {
  it('PostgreSQL reads an array of texts as it was written, whatever the texts contain', async () => {
    const texts = fc.array(
      fc.option(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (list) => {
        expect(await readBack('text', formatTextArray(list))).toEqual(list);
      }),
      { numRuns: 200 },
    );
    const hard = ['', 'NULL', 'a"b\\c', '{x,y}', ' , ', 'line\nbreak', null];
    expect(await readBack('text', formatTextArray(hard))).toEqual(hard);
  });

  it('PostgreSQL reads arrays of numbers and of timestamps', async () => {
    expect(await readBack('int', formatNumberArray([]))).toEqual([]);
    expect(await readBack('int', formatNumberArray([1, -2, 30]))).toEqual([1, -2, 30]);
    const moment = new Date('2026-05-08T07:00:00.123Z');
    expect(await readBack('timestamptz', formatTimestampArray([moment, undefined]))).toEqual([
      moment,
      null,
    ]);
  });
});
