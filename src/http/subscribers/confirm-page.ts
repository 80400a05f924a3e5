import {
  capitalize,
  describeDigestSchedule,
  formatHour,
  formatLongDate,
  formatTimezone,
  spellNumber,
} from '../../copy/en/format.ts';
import { CONFIRM_COPY } from '../../copy/en/pages/confirm.ts';
import { addDays } from '../../domain/time/schedule.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { ConfirmView } from '../pages/views.ts';

/** The page with the button that starts a subscription. */
export function buildConfirmPage(view: ConfirmView, layouts: PageLayouts) {
  const { subscriber, topics } = view;
  const papers = `${spellNumber(subscriber.papers)} ${subscriber.papers === 1 ? 'paper' : 'papers'}`;
  return {
    layout: layouts.create({ title: CONFIRM_COPY.title }),
    statement: describeFirstDigest(view),
    email: subscriber.email,
    sendLatest: view.latestDate && CONFIRM_COPY.sendLatest(formatLongDate(view.latestDate)),
    delivery: CONFIRM_COPY.delivery({
      papers: capitalize(papers),
      schedule: describeDigestSchedule(subscriber),
      topics: topics.map(({ name }) => name).join('; ') || CONFIRM_COPY.allTopics,
    }),
  };
}

function describeFirstDigest({ firstDigest, subscriber }: ConfirmView): string {
  if (firstDigest === null) return CONFIRM_COPY.subscribe;
  return CONFIRM_COPY.firstDigest({
    day: describeRelativeDay(firstDigest),
    hour: formatHour(subscriber.hour),
    timezone: formatTimezone(subscriber.timezone),
  });
}

function describeRelativeDay({ day, today }: { day: string; today: string }): string {
  if (day === today) return CONFIRM_COPY.today;
  return day === addDays(today, 1)
    ? CONFIRM_COPY.tomorrow
    : CONFIRM_COPY.onDay(formatLongDate(day));
}
