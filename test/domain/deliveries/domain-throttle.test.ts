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

/** So many mails on their way to the domain, the first of which is told off at `now`. */
function backOff(active: number, now: number): void {
  for (let n = 0; n < active; n += 1) throttle.recordStart(SLOW);
  throttle.recordReply(SLOW, deferredReply, now);
  for (let n = 1; n < active; n += 1) throttle.recordReply(SLOW, accepted, now);
}

const kinds = (count: number, now: number) =>
  Array.from({ length: count }, () => {
    const { kind } = throttle.decide(SLOW, now);
    if (kind === 'go') throttle.recordStart(SLOW);
    return kind;
  });

describe('The pace of a domain', () => {
  it('is free until it asks for patience', () => {
    expect(kinds(20, 0)).toEqual(Array(20).fill('go'));
  });

  it('is a rest at first, then half of what it was', () => {
    backOff(8, 1000);
    expect(throttle.decide(SLOW, 2999)).toEqual({ kind: 'rest', untilMs: 3000 });
    expect(kinds(6, 3000).filter((kind) => kind === 'go').length).toBeGreaterThanOrEqual(4);
    expect(throttle.decide(SLOW, 3000)).toEqual({ kind: 'wait' });
    expect(throttle.decide('other.example', 1000)).toEqual({ kind: 'go' });
  });

  it('never falls below one at a time', () => {
    let now = 0;
    for (let time = 0; time < 12; time += 1) {
      backOff(1, now);
      const decision = throttle.decide(SLOW, now);
      now = decision.kind === 'rest' ? decision.untilMs : now;
    }
    expect(kinds(2, now)).toEqual(['go', 'wait']);
  });

  it('rests twice as long each time, five minutes at the most', () => {
    const rests = [];
    let now = 0;
    for (let time = 0; time < 10; time += 1) {
      backOff(1, now);
      const decision = throttle.decide(SLOW, now);
      if (decision.kind !== 'rest') throw new Error('It does not rest.');
      rests.push((decision.untilMs - now) / 1000);
      now = decision.untilMs;
    }
    expect(rests).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('counts those that are told off together once', () => {
    for (let n = 0; n < 8; n += 1) throttle.recordStart(SLOW);
    for (let n = 0; n < 8; n += 1) throttle.recordReply(SLOW, deferredReply, n);
    expect(throttle.decide(SLOW, 8)).toEqual({ kind: 'rest', untilMs: 2000 });
    expect(kinds(5, 2000)).toEqual(['go', 'go', 'go', 'go', 'wait']);
  });

  it('comes back one by one, with each round that is accepted, until it is free again', () => {
    backOff(2, 0);
    let now = 2000;
    for (let round = 0; round < 40; round += 1) {
      now += 1;
      const begun = kinds(20, now).filter((kind) => kind === 'go').length;
      for (let n = 0; n < begun; n += 1) throttle.recordReply(SLOW, accepted, now);
    }
    expect(kinds(30, now)).toEqual(Array(30).fill('go'));
  });
});
