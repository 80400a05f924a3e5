import { beforeEach, describe, expect, it } from 'vitest';
import {
  listDomainThrottles,
  removeDomainThrottles,
  removeForgottenThrottles,
  storeDomainThrottles,
} from '../../../src/db/deliveries/domain-throttles.ts';
import { HOUR_MS } from '../../../src/domain/time/units.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
const NOW = new Date('2026-05-08T07:00:00Z');
const at = (ms: number) => new Date(NOW.getTime() + ms);

beforeEach(() => database.empty());

const throttle = (untilMs: number, concurrencyLimit = 4) => ({
  ...{ concurrencyLimit, backoffMs: 2000 },
  backoffUntilMs: NOW.getTime() + untilMs,
});
const store = (throttles: Record<string, ReturnType<typeof throttle>>, now = NOW) =>
  storeDomainThrottles(database.db, new Map(Object.entries(throttles)), now);
const list = (now = NOW) => listDomainThrottles(database.db, now);

describe('The throttles of domains in the database', () => {
  it('Throttles are listed as they were stored, the latest back-off first', async () => {
    await store({ 'a.example': throttle(2000), 'b.example': throttle(4000, 1) });
    expect(await list()).toEqual([
      { domain: 'b.example', ...throttle(4000, 1) },
      { domain: 'a.example', ...throttle(2000) },
    ]);
  });

  it('The later back-off of a domain counts, whoever stores it last', async () => {
    await store({ 'a.example': throttle(4000, 2) });
    await store({ 'a.example': throttle(2000, 8) });
    expect(await list()).toEqual([{ domain: 'a.example', ...throttle(4000, 2) }]);
    await store({ 'a.example': throttle(8000, 1) });
    expect(await list()).toEqual([{ domain: 'a.example', ...throttle(8000, 1) }]);
  });

  it('A domain that accepts mail again is removed, unless it has asked another worker to wait', async () => {
    await store({ 'a.example': throttle(2000), 'b.example': throttle(8000) });
    await removeDomainThrottles(database.db, ['a.example', 'b.example'], at(5000));
    expect(await list(at(5000))).toMatchObject([{ domain: 'b.example' }]);
  });

  it('A throttle is forgotten an hour after its back-off', async () => {
    await store({ 'a.example': throttle(2000) });
    expect(await list(at(2000 + HOUR_MS - 1))).toHaveLength(1);
    expect(await list(at(2000 + HOUR_MS))).toEqual([]);
    expect(await removeForgottenThrottles(database.db, at(2000 + HOUR_MS - 1))).toBe(0);
    expect(await removeForgottenThrottles(database.db, at(2000 + HOUR_MS))).toBe(1);
  });

  it('No more domains are stored when a thousand are, and old ones make room', async () => {
    const many = (name: string) =>
      Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`${name}${n}`, throttle(2000)]));
    await store(many('first'));
    await store(many('second'));
    expect(await list()).toHaveLength(1000);
    await store({ 'a.example': throttle(2 * HOUR_MS) }, at(2000 + HOUR_MS));
    expect(await list(at(2000 + HOUR_MS))).toMatchObject([{ domain: 'a.example' }]);
  });
});
