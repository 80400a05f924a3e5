import { describe, expect, it } from 'vitest';
import { unpackLearned } from '../../../src/domain/ranking/learned-terms.ts';
import { subscriberAt } from './subscribers.ts';

const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const subscribers = Array.from({ length: 10_000 }, (_, n) => subscriberAt(n, TOPICS));

function share(fits: (subscriber: (typeof subscribers)[number]) => boolean): number {
  return subscribers.filter(fits).length / subscribers.length;
}

describe('the readers of the benchmark', () => {
  it('are the same in every run, each with an address of their own', () => {
    expect(subscriberAt(7, TOPICS)).toEqual(subscribers[7]);
    expect(new Set(subscribers.map(({ email }) => email)).size).toBe(subscribers.length);
  });

  it('live with the large providers as people do, the others on thousands of domains', () => {
    expect(share(({ email }) => email.endsWith('@gmail.com'))).toBeCloseTo(0.4, 1);
    expect(share(({ email }) => email.endsWith('@outlook.com'))).toBeCloseTo(0.12, 1);
    const domains = new Set(subscribers.map(({ email }) => email.split('@')[1]));
    expect(domains.size).toBeGreaterThan(2000);
  });

  it('follow up to six topics, none twice, and a tenth of them words', () => {
    expect(new Set(subscribers.map(({ topics }) => topics.length)).size).toBe(7);
    expect(subscribers.every(({ topics }) => new Set(topics).size === topics.length)).toBe(true);
    expect(share(({ keywords }) => keywords.length > 0)).toBeCloseTo(0.1, 1);
  });

  it('have taught something, one in five, mostly 200 terms', () => {
    expect(share(({ learned }) => learned !== null)).toBeCloseTo(0.2, 1);
    const taught = subscribers.flatMap(({ learned }) =>
      learned === null ? [] : [unpackLearned(learned)],
    );
    const full = taught.filter(({ terms }) => terms.length === 200);
    expect(full.length / taught.length).toBeGreaterThan(0.6);
    expect(taught.every(({ feedback }) => feedback >= 1 && feedback <= 12)).toBe(true);
  });

  it('ask for 5 to 20 papers, mostly 10, at hours of the day', () => {
    expect(share(({ papers }) => papers === 10)).toBeCloseTo(0.44, 1);
    expect(subscribers.every(({ papers }) => papers >= 5 && papers <= 20)).toBe(true);
    expect(subscribers.every(({ hour }) => hour >= 0 && hour <= 23)).toBe(true);
  });
});
