import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';

/** From this offset on leases and links expire at the wrong time; a lease lasts 45 s. */
const BROKEN_OFFSET_SECONDS = 20;
const WARNING_OFFSET_SECONDS = 2;
/** An HTTP Date has whole seconds, and is written when the response starts. */
const HTTP_DATE_ERROR_SECONDS = 5;

/** A comparison of this machine's clock with another one. */
export interface ClockReading {
  /** Such as “the database”. */
  clockName: string;
  /** How far the other clock is ahead. */
  offsetMs: number;
  /** Whether it came from an HTTP Date, in whole seconds. */
  isCoarse: boolean;
}

/** Reports whether this machine's clock agrees with the others. */
export function assessClock(clockReadings: readonly ClockReading[]): CheckResult {
  if (clockReadings.length === 0)
    return reportOk('clock', 'There is no other clock to compare with.');
  const remedy = 'Synchronise this machine’s clock by NTP, such as with systemd-timesyncd.';
  const findOffset = (minSeconds: number) =>
    clockReadings.find(
      ({ offsetMs, isCoarse }) =>
        Math.abs(offsetMs) / 1000 >= Math.max(minSeconds, isCoarse ? HTTP_DATE_ERROR_SECONDS : 0),
    );
  const brokenClock = findOffset(BROKEN_OFFSET_SECONDS);
  if (brokenClock) return reportBroken('clock', `${describeOffset(brokenClock)}.`, remedy);
  const driftingClock = findOffset(WARNING_OFFSET_SECONDS);
  if (driftingClock) return reportWarning('clock', `${describeOffset(driftingClock)}.`, remedy);
  return reportOk(
    'clock',
    `This machine’s clock agrees with that of ${clockReadings.map(({ clockName }) => clockName).join(' and ')}.`,
  );
}

function describeOffset({ clockName, offsetMs }: ClockReading): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `The clock of ${clockName} is ${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'} this machine’s`;
}
