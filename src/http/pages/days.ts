/** `2026-05-08` → `Fri 8`, or with its month `Fri 8 May`. */
export function formatShortDay(day: string, { withMonth }: { withMonth: boolean }): string {
  const date = new Date(`${day}T00:00:00Z`);
  const month = withMonth ? ` ${MONTH.format(date)}` : '';
  return `${WEEKDAY.format(date)} ${date.getUTCDate()}${month}`;
}

/** `2026-05` → `May 2026`. */
export function describeMonth(month: string): string {
  return LONG_MONTH.format(new Date(`${month}-01T00:00:00Z`));
}

const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });
const LONG_MONTH = new Intl.DateTimeFormat('en-GB', {
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
