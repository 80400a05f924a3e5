import type { Clock } from '../../src/domain/time/clock.ts';

/** A clock that changes only when a test sets it. */
export interface TestClock extends Clock {
  set(time: string | Date): void;
  advance(milliseconds: number): void;
}

export function createTestClock(time: string): TestClock {
  let now = new Date(time);
  return Object.assign(() => new Date(now), {
    set: (to: string | Date) => {
      now = new Date(to);
    },
    advance: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds);
    },
  });
}

/** A time such as `07:12:10` on the seed day, in UTC. */
export function seedDayAt(time: string): Date {
  return new Date(`2026-05-08T${time}Z`);
}

/** The seed day, and the Monday after it. */
export const FRIDAY = '2026-05-08';
export const MONDAY = '2026-05-11';
