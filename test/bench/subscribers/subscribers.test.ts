import { describe, expect, it } from 'vitest';
import { unpackLearned } from '../../../src/domain/ranking/learned-terms.ts';
import { subscriberAt } from './subscribers.ts';

const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const subscribers = Array.from({ length: 10_000 }, (_, n) => subscriberAt(n, TOPICS));

function share(fits: (subscriber: (typeof subscribers)[number]) => boolean): number {
  return subscribers.filter(fits).length / subscribers.length;
}

describe('subscriberAt', () => {
  it('Subscribers are the same in every run, each with a unique address', () => {
    expect(subscriberAt(7, TOPICS)).toEqual(subscribers[7]);
    expect(new Set(subscribers.map(({ email }) => email)).size).toBe(subscribers.length);
  });

  it('Most subscribers use large providers, the others thousands of domains', () => {
    expect(share(({ email }) => email.endsWith('@gmail.com'))).toBeCloseTo(0.4, 1);
    expect(share(({ email }) => email.endsWith('@outlook.com'))).toBeCloseTo(0.12, 1);
    const domains = new Set(subscribers.map(({ email }) => email.split('@')[1]));
    expect(domains.size).toBeGreaterThan(2000);
  });

  it('Subscribers follow up to six topics, none twice, and a tenth of them keywords', () => {
    expect(new Set(subscribers.map(({ topics }) => topics.length)).size).toBe(7);
    expect(subscribers.every(({ topics }) => new Set(topics).size === topics.length)).toBe(true);
    expect(share(({ keywords }) => keywords.length > 0)).toBeCloseTo(0.1, 1);
  });

  it('One subscriber in five has a learned profile, mostly with 500 terms', () => {
    expect(share(({ learned }) => learned !== null)).toBeCloseTo(0.2, 1);
    const profiles = subscribers.flatMap(({ learned }) =>
      learned === null ? [] : [unpackLearned(learned)],
    );
    const full = profiles.filter(({ terms }) => terms.length === 500);
    expect(full.length / profiles.length).toBeGreaterThan(0.6);
    expect(profiles.every(({ feedback }) => feedback > 0 && feedback <= 40)).toBe(true);
  });

  it('Subscribers want 5 to 20 papers, mostly 10, at different hours', () => {
    expect(share(({ papers }) => papers === 10)).toBeCloseTo(0.44, 1);
    expect(subscribers.every(({ papers }) => papers >= 5 && papers <= 20)).toBe(true);
    expect(subscribers.every(({ hour }) => hour >= 0 && hour <= 23)).toBe(true);
  });
});
