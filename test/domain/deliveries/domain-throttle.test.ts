import { beforeEach, describe, expect, it } from 'vitest';
import {
  createDomainThrottle,
  type DomainThrottle,
} from '../../../src/domain/deliveries/domain-throttle.ts';

const SLOW = 'slow.example';
const accepted = { isAccepted: true, requestsBackoff: false };
const deferredReply = { isAccepted: false, requestsBackoff: true };

let throttle: DomainThrottle;
beforeEach(() => {
  throttle = createDomainThrottle(8);
});

/** Has the domain answer the first of `active` mails in flight with a request to back off, at
 *  `now`. */
function backOff(active: number, now: number): void {
  for (let n = 0; n < active; n += 1) throttle.recordStart(SLOW);
  throttle.recordReply(SLOW, deferredReply, now);
  for (let n = 1; n < active; n += 1) throttle.recordReply(SLOW, accepted, now);
}

const kinds = (count: number, now: number) =>
  Array.from({ length: count }, () => {
    const { kind } = throttle.decide(SLOW, now);
    if (kind === 'send') throttle.recordStart(SLOW);
    return kind;
  });

describe('The throttle of a domain', () => {
  it('A domain has no limit until it asks to slow down', () => {
    expect(kinds(20, 0)).toEqual(Array(20).fill('send'));
  });

  it('A domain that asks to slow down gets a back-off, then half as many mails at once', () => {
    backOff(8, 1000);
    expect(throttle.decide(SLOW, 2999)).toEqual({ kind: 'back-off', untilMs: 3000 });
    expect(kinds(6, 3000).filter((kind) => kind === 'send').length).toBeGreaterThanOrEqual(4);
    expect(throttle.decide(SLOW, 3000)).toEqual({ kind: 'wait' });
    expect(throttle.decide('other.example', 1000)).toEqual({ kind: 'send' });
  });

  it('The limit of a domain never falls below one mail at once', () => {
    let now = 0;
    for (let time = 0; time < 12; time += 1) {
      backOff(1, now);
      const decision = throttle.decide(SLOW, now);
      now = decision.kind === 'back-off' ? decision.untilMs : now;
    }
    expect(kinds(2, now)).toEqual(['send', 'wait']);
  });

  it('Each back-off is twice as long as the one before, up to five minutes', () => {
    const delays = [];
    let now = 0;
    for (let time = 0; time < 10; time += 1) {
      backOff(1, now);
      const decision = throttle.decide(SLOW, now);
      if (decision.kind !== 'back-off') throw new Error('There is no back-off.');
      delays.push((decision.untilMs - now) / 1000);
      now = decision.untilMs;
    }
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('Several requests to slow down during one back-off count once', () => {
    for (let n = 0; n < 8; n += 1) throttle.recordStart(SLOW);
    for (let n = 0; n < 8; n += 1) throttle.recordReply(SLOW, deferredReply, n);
    expect(throttle.decide(SLOW, 8)).toEqual({ kind: 'back-off', untilMs: 2000 });
    expect(kinds(5, 2000)).toEqual(['send', 'send', 'send', 'send', 'wait']);
  });

  it('The limit grows by one with each accepted round until the domain has none', () => {
    backOff(2, 0);
    let now = 2000;
    for (let round = 0; round < 40; round += 1) {
      now += 1;
      const started = kinds(20, now).filter((kind) => kind === 'send').length;
      for (let n = 0; n < started; n += 1) throttle.recordReply(SLOW, accepted, now);
    }
    expect(kinds(30, now)).toEqual(Array(30).fill('send'));
  });

  it('The state of a domain changes by replies to this worker, and is taken over from another', () => {
    backOff(8, 1000);
    const changes = throttle.takeChanges();
    expect([...changes]).toMatchObject([[SLOW, { backoffMs: 2000, backoffUntilMs: 3000 }]]);
    expect(throttle.takeChanges().size).toBe(0);
    const state = changes.get(SLOW);
    if (!state) throw new Error('The domain is not throttled.');
    const other = createDomainThrottle(8);
    other.adopt(SLOW, state, 1000);
    expect(other.decide(SLOW, 2999)).toEqual({ kind: 'back-off', untilMs: 3000 });
    expect(other.takeChanges().size).toBe(0);
  });

  it('A state that is taken over neither shortens a back-off nor raises a limit', () => {
    backOff(1, 1000);
    throttle.adopt(SLOW, { concurrencyLimit: 8, backoffMs: 1, backoffUntilMs: 2000 }, 1000);
    expect(throttle.decide(SLOW, 2999)).toEqual({ kind: 'back-off', untilMs: 3000 });
    throttle.adopt(SLOW, { concurrencyLimit: 8, backoffMs: 1, backoffUntilMs: 9_000_000 }, 3000);
    expect(throttle.decide(SLOW, 3000)).toEqual({ kind: 'back-off', untilMs: 303_000 });
    expect(kinds(2, 303_000)).toEqual(['send', 'wait']);
  });

  it('A domain that has recovered is one of the changes', () => {
    backOff(8, 1000);
    throttle.takeChanges();
    for (let mail = 0; mail < 100; mail += 1) {
      throttle.recordStart(SLOW);
      throttle.recordReply(SLOW, accepted, 5000);
    }
    expect([...throttle.takeChanges()]).toEqual([[SLOW, null]]);
  });
});
