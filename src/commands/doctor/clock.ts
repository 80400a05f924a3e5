import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';

/** From here on leases and links end at other times than meant; a lease lives for 45 s. */
const BROKEN_OFFSET_SECONDS = 20;
const WARNING_OFFSET_SECONDS = 2;
/** An HTTP Date counts whole seconds, and was written when the answer began. */
const HTTP_DATE_ERROR_SECONDS = 5;

/** How far another clock is ahead of ours, in ms. */
export interface ClockReading {
  /** Such as “the database”. */
  clockName: string;
  offsetMs: number;
  /** Whether it only counts whole seconds and is further away. */
  isCoarse: boolean;
}

/** Whether this machine's clock is that of the others. */
export function assessClock(clockReadings: readonly ClockReading[]): CheckResult {
  if (clockReadings.length === 0)
    return reportOk('clock', 'There is no other clock to compare with.');
  const remedy = 'Have this machine keep its time by NTP, such as with systemd-timesyncd.';
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
    `The clock agrees with that of ${clockReadings.map(({ clockName }) => clockName).join(' and ')}.`,
  );
}

function describeOffset({ clockName, offsetMs }: ClockReading): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `The clock of ${clockName} is ${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'} this machine’s`;
}
