import { describe, expect, it } from 'vitest';
import { evictOldest } from '../../src/domain/evict-oldest.ts';

describe('evictOldest', () => {
  const mapOf = (...keys: string[]) => new Map(keys.map((key) => [key, 1]));

  it.each([
    [0, ''],
    [1, 'c'],
    [2, 'bc'],
    [3, 'abc'],
    [4, 'abc'],
  ])('A limit of %i keeps of three entries the last: “%s”', (limit, kept) => {
    const map = mapOf('a', 'b', 'c');
    evictOldest(map, limit);
    expect([...map.keys()].join('')).toBe(kept);
  });

  it('An entry does not count as newer when it is set again', () => {
    const map = mapOf('a', 'b', 'c').set('a', 2);
    evictOldest(map, 2);
    expect([...map.keys()]).toEqual(['b', 'c']);
  });
});
