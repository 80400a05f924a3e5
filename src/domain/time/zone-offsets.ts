import { Temporal } from 'temporal-polyfill';
import { DAY_MS, HOUR_MS } from './units.ts';

/** Local time in one zone during a span of time. Much faster than Temporal, which looks the offset
 *  up each time. */
export interface ZoneOffsets {
  /** The local day of a moment, in days since 1 January 1970. */
  findDay(at: Date): number;
  /** The moment when it is `hour` on a local day. A skipped hour is shifted forward by the gap; of
   *  a repeated hour the first occurrence counts (RFC 5545 §3.3.5). */
  findMoment(day: number, hour: number): Date;
}

/** The offset from `startMs` on, until the next one starts. */
interface Offset {
  startMs: number;
  offsetMs: number;
}

/** Looks up the offsets of a zone from `start` to `end`, which must include every moment that is
 *  asked for. @throws RangeError for an unknown zone. */
export function createZoneOffsets(timezone: string, start: Date, end: Date): ZoneOffsets {
  const offsets = listOffsets(timezone, start, end);
  const findOffset = (atMs: number) =>
    offsets.findLast(({ startMs }) => startMs <= atMs) ?? (offsets[0] as Offset);
  return {
    findDay: (at) => Math.floor((at.getTime() + findOffset(at.getTime()).offsetMs) / DAY_MS),
    findMoment: (day, hour) => {
      const localMs = day * DAY_MS + hour * HOUR_MS;
      const exact = offsets.find((offset) => findOffset(localMs - offset.offsetMs) === offset);
      // In a gap no offset fits: the one before it shifts the hour forward.
      const offset =
        exact ??
        offsets.findLast(({ startMs, offsetMs }) => startMs <= localMs - offsetMs) ??
        (offsets[0] as Offset);
      return new Date(localMs - offset.offsetMs);
    },
  };
}

function listOffsets(timezone: string, start: Date, end: Date): Offset[] {
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(
    start.getTime(),
  ).toZonedDateTimeISO(timezone);
  const offsets: Offset[] = [];
  while (at !== null && (offsets.length === 0 || at.epochMilliseconds < end.getTime())) {
    const startMs = offsets.length === 0 ? Number.NEGATIVE_INFINITY : at.epochMilliseconds;
    offsets.push({ startMs, offsetMs: at.offsetNanoseconds / 1e6 });
    at = at.getTimeZoneTransition('next');
  }
  return offsets;
}
