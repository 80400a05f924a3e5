import { describe, expect, it } from 'vitest';
import { toFamilyName } from '../../../src/domain/papers/family-name.ts';

describe('toFamilyName', () => {
  it.each([
    ['Wei Xu', 'Xu'],
    ['Xu, Wei', 'Xu'],
    ['Ludwig van Beethoven', 'van Beethoven'],
    ['Simone De La Cruz', 'De La Cruz'],
    ['Martin L. King Jr.', 'King'],
    ['Martin L. King, Jr.', 'King'],
    ['Plato', 'Plato'],
    ['王小明', '王小明'],
    ['The ATLAS Collaboration', 'The ATLAS Collaboration'],
    ['Qwen Team', 'Qwen Team'],
    ["Siobhán O'Neil", "O'Neil"],
    ['  Ada   Lovelace ', 'Lovelace'],
    ['', ''],
  ])('%s is cited as %s', (name, family) => {
    expect(toFamilyName(name)).toBe(family);
  });
});
