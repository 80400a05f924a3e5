import { isWorkingDay } from '../../../src/domain/sources/working-days.ts';

/** A list for each working day, which grows all day and is usable on the next day. */
export const USABLE_NEXT_DAY = { usableAfterDays: 1, listsOn: isWorkingDay } as const;
/** A list for each working day, which is published at once. */
export const USABLE_SAME_DAY = { usableAfterDays: 0, listsOn: isWorkingDay } as const;
/** An undated list. */
export const UNDATED = { usableAfterDays: 0, listsOn: () => false } as const;
