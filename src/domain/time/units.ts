/** Milliseconds of 1, 60 and 1,440 minutes. Calendar days are not always DAY_MS long: daylight
 *  saving makes some of them 23 or 25 hours. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
