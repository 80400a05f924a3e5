import { beforeEach, describe, expect, it } from 'vitest';
import {
  createWaitingList,
  type WaitingList,
} from '../../../src/services/deliveries/waiting-list.ts';

interface Mail {
  id: number;
  domain: string;
}

const SLOW = 'slow.example';
const backOff = { isAccepted: false, requestsBackoff: true };

let list: WaitingList<Mail>;
beforeEach(() => {
  list = createWaitingList(2, ({ domain }) => domain);
});

const mails = (...domains: string[]): Mail[] => domains.map((domain, id) => ({ id, domain }));
const idsOf = (entries: readonly Mail[]) => entries.map(({ id }) => id);

/** Has the slow domain ask for a back-off until `now + 2000`; then its limit is one mail. */
function deferReply(now: number): void {
  list.add(mails(SLOW));
  const [mail] = list.take(1, now).next;
  if (mail) list.ended(mail, backOff, now);
}

describe('The waiting list', () => {
  it('Mails are taken in the order in which they were added, up to the capacity', () => {
    list.add(mails('a.example', 'b.example', 'c.example'));
    expect(idsOf(list.take(2, 0).next)).toEqual([0, 1]);
    expect(idsOf(list.take(2, 0).next)).toEqual([2]);
    expect(list.candidateCount).toBe(0);
  });

  it('Mails to a domain in back-off are postponed and others are taken', () => {
    deferReply(0);
    list.add(mails(SLOW, 'a.example', SLOW));
    const { next, postponed } = list.take(5, 100);
    expect(idsOf(next)).toEqual([1]);
    expect(postponed.map(({ entry, until }) => [entry.id, until])).toEqual([
      [0, 2000],
      [2, 2000],
    ]);
  });

  it('Mails to a throttled domain keep their places until one of them is answered', () => {
    deferReply(0);
    list.add(mails(SLOW, SLOW, 'a.example', SLOW));
    const first = list.take(5, 2000);
    expect(idsOf(first.next)).toEqual([0, 2]);
    expect(idsOf(first.blocked)).toEqual([1, 3]);
    expect(list.candidateCount).toBe(0);
    expect(list.take(5, 2001).next).toEqual([]);
    for (const mail of first.next) list.ended(mail, backOff, 2002);
    expect(list.candidateCount).toBe(2);
    expect(list.take(5, 6002).next.map(({ id }) => id)).toEqual([1]);
  });

  it('Blocked mails beyond twice the window are postponed', () => {
    deferReply(0);
    list.add(mails(...Array<string>(8).fill(SLOW), 'a.example'));
    const { next, blocked, postponed } = list.take(9, 2000);
    expect(idsOf(next)).toEqual([0, 8]);
    expect(postponed.map(({ entry, until }) => [entry.id, until])).toEqual([
      [5, 62_000],
      [6, 62_000],
      [7, 62_000],
    ]);
    expect(blocked).toHaveLength(4);
  });

  it('Clearing the list returns the waiting mails', () => {
    list.add(mails('a.example', 'b.example'));
    expect(idsOf(list.clear())).toEqual([0, 1]);
    expect(list.clear()).toEqual([]);
  });
});
