import { broken, type Finding, ok, warning } from '../../domain/finding.ts';

/** From here on leases and links end at other times than meant; a lease lives for 45 s. */
const MUCH_SECONDS = 20;
const SOME_SECONDS = 2;
/** An HTTP Date counts whole seconds, and was written when the answer began. */
const DATE_SECONDS = 5;

/** How far another clock is ahead of ours, in ms. */
export interface OtherClock {
  /** Such as “the database”. */
  whose: string;
  aheadMs: number;
  /** Whether it only counts whole seconds and is further away. */
  isRough: boolean;
}

/** Whether this machine's clock is that of the others. */
export function judgeClock(clocks: readonly OtherClock[]): Finding {
  if (clocks.length === 0) return ok('clock', 'There is no other clock to compare with.');
  const mend = 'Have this machine keep its time by NTP, such as with systemd-timesyncd.';
  const off = (least: number) =>
    clocks.find(
      ({ aheadMs, isRough }) =>
        Math.abs(aheadMs) / 1000 >= Math.max(least, isRough ? DATE_SECONDS : 0),
    );
  const far = off(MUCH_SECONDS);
  if (far) return broken('clock', `${describe(far)}.`, mend);
  const near = off(SOME_SECONDS);
  if (near) return warning('clock', `${describe(near)}.`, mend);
  return ok(
    'clock',
    `The clock agrees with that of ${clocks.map(({ whose }) => whose).join(' and ')}.`,
  );
}

function describe({ whose, aheadMs }: OtherClock): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return `The clock of ${whose} is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine’s`;
}
