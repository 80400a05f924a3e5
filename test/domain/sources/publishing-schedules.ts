import { isWorkingDay } from '../../../src/domain/sources/working-days.ts';

/** A list of each working day that fills all day, and may be used on the day after. */
export const USABLE_NEXT_DAY = { usableAfterDays: 1, listsOn: isWorkingDay } as const;
/** One that is there at once. */
export const USABLE_SAME_DAY = { usableAfterDays: 0, listsOn: isWorkingDay } as const;
/** Lists that are those of no day. */
export const UNDATED = { usableAfterDays: 0, listsOn: () => false } as const;
