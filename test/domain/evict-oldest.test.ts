import { describe, expect, it } from 'vitest';
import { evictOldest } from '../../src/domain/evict-oldest.ts';

describe('keepNewest', () => {
  const mapOf = (...keys: string[]) => new Map(keys.map((key) => [key, 1]));

  it.each([
    [0, ''],
    [1, 'c'],
    [2, 'bc'],
    [3, 'abc'],
    [4, 'abc'],
  ])('leaves of three entries the last %i: “%s”', (most, left) => {
    const map = mapOf('a', 'b', 'c');
    evictOldest(map, most);
    expect([...map.keys()].join('')).toBe(left);
  });

  it('takes no entry for newer because it was set again', () => {
    const map = mapOf('a', 'b', 'c').set('a', 2);
    evictOldest(map, 2);
    expect([...map.keys()]).toEqual(['b', 'c']);
  });
});
