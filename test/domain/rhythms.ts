import { isWorkingDay } from '../../src/domain/working-days.ts';

/** A list of each working day that fills all day, and may be used on the day after. */
export const FILLS = { usableAfterDays: 1, listsOn: isWorkingDay } as const;
/** One that is there at once. */
export const AT_ONCE = { usableAfterDays: 0, listsOn: isWorkingDay } as const;
/** Lists that are those of no day. */
export const OF_NO_DAY = { usableAfterDays: 0, listsOn: () => false } as const;
