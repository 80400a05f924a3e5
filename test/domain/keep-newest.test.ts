import { describe, expect, it } from 'vitest';
import { keepNewest } from '../../src/domain/keep-newest.ts';

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
    keepNewest(map, most);
    expect([...map.keys()].join('')).toBe(left);
  });

  it('takes no entry for newer because it was set again', () => {
    const map = mapOf('a', 'b', 'c').set('a', 2);
    keepNewest(map, 2);
    expect([...map.keys()]).toEqual(['b', 'c']);
  });
});
