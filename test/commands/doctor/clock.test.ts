import { expect, it } from 'vitest';
import { assessClock } from '../../../src/commands/doctor/clock.ts';

const database = (offsetMs: number) => ({ clockName: 'the database', offsetMs, isCoarse: false });
const source = (offsetMs: number) => ({ clockName: 'example.org', offsetMs, isCoarse: true });

it.each([
  ['no other clock', [], 'ok'],
  ['small offsets', [database(900), source(-4500)], 'ok'],
  ['a database 2.5 s behind', [database(-2500)], 'warning'],
  ['a host 6 s ahead', [source(6000)], 'warning'],
  ['a host 21 s ahead', [database(10), source(21_000)], 'broken'],
  ['a database 60 s behind', [database(-60_000)], 'broken'],
])('With %s the clock is %s', (_, clocks, status) => {
  expect(assessClock(clocks).status).toBe(status);
});

it('The finding names the clock that is ahead', () => {
  expect(assessClock([database(30_000)]).message).toBe(
    'The clock of the database is 30 s ahead of this machine’s.',
  );
});
