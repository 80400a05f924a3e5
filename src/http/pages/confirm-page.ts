import {
  countWord,
  describeHour,
  describeLongDay,
  describeWhen,
  describeZone,
} from '../../domain/describe.ts';
import { addDays } from '../../domain/schedule.ts';
import { capitalize } from './counts.ts';
import type { Frames } from './frame.ts';
import type { ConfirmView } from './views.ts';

/** The one press that starts a delivery. */
export function confirmPage(view: ConfirmView, frames: Frames) {
  const { preferences, topics } = view;
  const papers = `${countWord(preferences.papers)} ${preferences.papers === 1 ? 'paper' : 'papers'}`;
  const about = topics.length === 0 ? 'every topic' : topics.map(({ name }) => name).join('; ');
  return {
    frame: frames.of({ title: 'Confirm your delivery' }),
    promise: promiseOf(view),
    email: view.email,
    latest: view.latestDate && describeLongDay(view.latestDate),
    delivery: `${capitalize(papers)} ${describeWhen(preferences)}, about: ${about}.`,
  };
}

/** `One press and the first edition comes tomorrow at 07:00, Berlin time.` */
function promiseOf({ firstEdition, preferences }: ConfirmView): string {
  if (firstEdition === null) return 'One press and the delivery starts.';
  const hour = describeHour(preferences.hour);
  return `One press and the first edition comes ${dayWord(firstEdition)} at ${hour}, ${describeZone(preferences.timezone)}.`;
}

function dayWord({ day, today }: { day: string; today: string }): string {
  if (day === today) return 'today';
  return day === addDays(today, 1) ? 'tomorrow' : `on ${describeLongDay(day)}`;
}
