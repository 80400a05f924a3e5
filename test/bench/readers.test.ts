import { describe, expect, it } from 'vitest';
import { unpackLearned } from '../../src/domain/learned.ts';
import { readerAt } from './readers.ts';

const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const readers = Array.from({ length: 10_000 }, (_, n) => readerAt(n, TOPICS));

function share(fits: (reader: (typeof readers)[number]) => boolean): number {
  return readers.filter(fits).length / readers.length;
}

describe('the readers of the benchmark', () => {
  it('are the same in every run, each with an address of their own', () => {
    expect(readerAt(7, TOPICS)).toEqual(readers[7]);
    expect(new Set(readers.map(({ email }) => email)).size).toBe(readers.length);
  });

  it('live with the large providers as people do, the others on thousands of domains', () => {
    expect(share(({ email }) => email.endsWith('@gmail.com'))).toBeCloseTo(0.4, 1);
    expect(share(({ email }) => email.endsWith('@outlook.com'))).toBeCloseTo(0.12, 1);
    const domains = new Set(readers.map(({ email }) => email.split('@')[1]));
    expect(domains.size).toBeGreaterThan(2000);
  });

  it('follow up to six topics, none twice, and a tenth of them words', () => {
    expect(new Set(readers.map(({ topics }) => topics.length)).size).toBe(7);
    expect(readers.every(({ topics }) => new Set(topics).size === topics.length)).toBe(true);
    expect(share(({ keywords }) => keywords.length > 0)).toBeCloseTo(0.1, 1);
  });

  it('have taught something, one in five, mostly 200 terms', () => {
    expect(share(({ learned }) => learned !== null)).toBeCloseTo(0.2, 1);
    const taught = readers.flatMap(({ learned }) =>
      learned === null ? [] : [unpackLearned(learned)],
    );
    const full = taught.filter(({ terms }) => terms.length === 200);
    expect(full.length / taught.length).toBeGreaterThan(0.6);
    expect(taught.every(({ feedback }) => feedback >= 1 && feedback <= 12)).toBe(true);
  });

  it('ask for 5 to 20 papers, mostly 10, at hours of the day', () => {
    expect(share(({ papers }) => papers === 10)).toBeCloseTo(0.44, 1);
    expect(readers.every(({ papers }) => papers >= 5 && papers <= 20)).toBe(true);
    expect(readers.every(({ hour }) => hour >= 0 && hour <= 23)).toBe(true);
  });
});
