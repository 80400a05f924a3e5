import { describe, expect, it } from 'vitest';
import { parseReader } from '../../../src/domain/evaluation/evaluated-reader.ts';

describe('parseReader', () => {
  it('Only reader, liked and wanted are needed, and ids are derived as those of the papers', () => {
    expect(
      parseReader({
        reader: 7,
        liked: [{ id: 'https://arxiv.org/abs/2401.01234v2', on: '2026-05-08T10:00:00Z' }, 12],
        wanted: ['a b'],
      }),
    ).toEqual({
      name: '7',
      liked: [
        { id: '2401.01234', on: '2026-05-08' },
        { id: 'file:12', on: null },
      ],
      disliked: [],
      topics: [],
      keywords: [],
      wanted: ['file:a b'],
      candidates: null,
      now: null,
    });
  });

  it('Liked papers are in the order of their days, those without one are the newest', () => {
    const { liked } = parseReader({
      reader: 'r',
      liked: [{ id: 'c' }, { id: 'b', on: '2026-02-01' }, 'd', { id: 'a', on: '2026-01-01' }],
      wanted: [],
    });
    expect(liked.map(({ id }) => id)).toEqual(['file:a', 'file:b', 'file:c', 'file:d']);
  });

  it('A paper counts once in each list, and one that is liked is neither disliked nor wanted', () => {
    const reader = parseReader({
      reader: 'r',
      liked: ['a', 'b', 'a'],
      disliked: ['b', 'c', 'c'],
      wanted: ['a', 'd', 'd'],
      candidates: ['d', 'd', 'e'],
    });
    expect(reader.liked.map(({ id }) => id)).toEqual(['file:b', 'file:a']);
    expect(reader.disliked.map(({ id }) => id)).toEqual(['file:c']);
    expect(reader.wanted).toEqual(['file:d']);
    expect(reader.candidates).toEqual(['file:d', 'file:e']);
  });

  const HOSTILE: [unknown, string][] = [
    [null, 'null is not a reader: expected an object with reader, liked and wanted.'],
    [[], 'a list of 0 entries is not a reader'],
    [{ liked: [], wanted: [] }, 'reader is missing: expected a name of 1 to 200 characters.'],
    [{ reader: 'r', liked: 'abc' }, 'liked is "abc": expected a list of at most 100000 entries.'],
    [{ reader: 'r', liked: [{ on: '2026-05-08' }] }, 'liked contains {"on":"2026-05-08"}'],
    [{ reader: 'r', liked: [{ id: 'a', on: '8 May' }] }, 'on is "8 May": expected a day such as'],
    [{ reader: 'r', wanted: [{}] }, 'wanted contains {}: expected the id of a paper.'],
    [{ reader: 'r', topics: ['x'.repeat(201)] }, 'topics contains "xxx'],
    [{ reader: 'r', wanted: Array(5001).fill('a') }, 'wanted is a list of 5001 entries'],
    [{ reader: 'r', now: 5 }, 'now is 5: expected a day such as 2026-05-08.'],
  ];
  it.each(HOSTILE)(
    'Entry %j is rejected with the field and what was expected',
    (entry, message) => {
      expect(() => parseReader(entry)).toThrow(message);
    },
  );
});
