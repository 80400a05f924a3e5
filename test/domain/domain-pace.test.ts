import { beforeEach, describe, expect, it } from 'vitest';
import { createDomainPace, type DomainPace } from '../../src/domain/domain-pace.ts';

const SLOW = 'slow.example';
const accepted = { isAccepted: true, asksForPatience: false };
const askedForPatience = { isAccepted: false, asksForPatience: true };

let pace: DomainPace;
beforeEach(() => {
  pace = createDomainPace(8);
});

/** So many mails on their way to the domain, the first of which is told off at `now`. */
function tellOff(active: number, now: number): void {
  for (let n = 0; n < active; n += 1) pace.begin(SLOW);
  pace.end(SLOW, askedForPatience, now);
  for (let n = 1; n < active; n += 1) pace.end(SLOW, accepted, now);
}

const kinds = (count: number, now: number) =>
  Array.from({ length: count }, () => {
    const { kind } = pace.turnOf(SLOW, now);
    if (kind === 'go') pace.begin(SLOW);
    return kind;
  });

describe('The pace of a domain', () => {
  it('is free until it asks for patience', () => {
    expect(kinds(20, 0)).toEqual(Array(20).fill('go'));
  });

  it('is a rest at first, then half of what it was', () => {
    tellOff(8, 1000);
    expect(pace.turnOf(SLOW, 2999)).toEqual({ kind: 'rest', until: 3000 });
    expect(kinds(6, 3000).filter((kind) => kind === 'go').length).toBeGreaterThanOrEqual(4);
    expect(pace.turnOf(SLOW, 3000)).toEqual({ kind: 'wait' });
    expect(pace.turnOf('other.example', 1000)).toEqual({ kind: 'go' });
  });

  it('never falls below one at a time', () => {
    let now = 0;
    for (let time = 0; time < 12; time += 1) {
      tellOff(1, now);
      const turn = pace.turnOf(SLOW, now);
      now = turn.kind === 'rest' ? turn.until : now;
    }
    expect(kinds(2, now)).toEqual(['go', 'wait']);
  });

  it('rests twice as long each time, five minutes at the most', () => {
    const rests = [];
    let now = 0;
    for (let time = 0; time < 10; time += 1) {
      tellOff(1, now);
      const turn = pace.turnOf(SLOW, now);
      if (turn.kind !== 'rest') throw new Error('It does not rest.');
      rests.push((turn.until - now) / 1000);
      now = turn.until;
    }
    expect(rests).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('counts those that are told off together once', () => {
    for (let n = 0; n < 8; n += 1) pace.begin(SLOW);
    for (let n = 0; n < 8; n += 1) pace.end(SLOW, askedForPatience, n);
    expect(pace.turnOf(SLOW, 8)).toEqual({ kind: 'rest', until: 2000 });
    expect(kinds(5, 2000)).toEqual(['go', 'go', 'go', 'go', 'wait']);
  });

  it('comes back one by one, with each round that is accepted, until it is free again', () => {
    tellOff(2, 0);
    let now = 2000;
    for (let round = 0; round < 40; round += 1) {
      now += 1;
      const begun = kinds(20, now).filter((kind) => kind === 'go').length;
      for (let n = 0; n < begun; n += 1) pace.end(SLOW, accepted, now);
    }
    expect(kinds(30, now)).toEqual(Array(30).fill('go'));
  });
});
