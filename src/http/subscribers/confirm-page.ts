import {
  capitalize,
  describeDigestSchedule,
  formatHour,
  formatLongDate,
  formatTimezone,
  spellNumber,
} from '../../domain/text/format.ts';
import { addDays } from '../../domain/time/schedule.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { ConfirmView } from '../pages/views.ts';

/** The one press that starts a delivery. */
export function buildConfirmPage(view: ConfirmView, layouts: PageLayouts) {
  const { preferences, topics } = view;
  const papers = `${spellNumber(preferences.papers)} ${preferences.papers === 1 ? 'paper' : 'papers'}`;
  const about = topics.length === 0 ? 'every topic' : topics.map(({ name }) => name).join('; ');
  return {
    frame: layouts.create({ title: 'Confirm your delivery' }),
    promise: describeFirstDelivery(view),
    email: view.email,
    latest: view.latestDate && formatLongDate(view.latestDate),
    delivery: `${capitalize(papers)} ${describeDigestSchedule(preferences)}, about: ${about}.`,
  };
}

/** `One press and the first edition comes tomorrow at 07:00, Berlin time.` */
function describeFirstDelivery({ firstDigest, preferences }: ConfirmView): string {
  if (firstDigest === null) return 'One press and the delivery starts.';
  const hour = formatHour(preferences.hour);
  return `One press and the first edition comes ${describeRelativeDay(firstDigest)} at ${hour}, ${formatTimezone(preferences.timezone)}.`;
}

function describeRelativeDay({ day, today }: { day: string; today: string }): string {
  if (day === today) return 'today';
  return day === addDays(today, 1) ? 'tomorrow' : `on ${formatLongDate(day)}`;
}
