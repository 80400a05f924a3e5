import { formatLongDate } from '../../domain/text/format.ts';
import { addDays } from '../../domain/time/schedule.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import type { UnsubscribeView } from '../pages/views.ts';

/** Before the press a button and what else is possible, after it a goodbye. */
export function buildUnsubscribePage(
  { email, token, isUnsubscribed: done, today }: UnsubscribeView,
  layouts: PageLayouts,
) {
  const pausedUntil = addDays(today, PAUSE_DAYS);
  return {
    frame: layouts.create({
      title: done ? 'The delivery has stopped' : 'Stop the delivery',
      action: linkToPreferences(layouts, token),
    }),
    email,
    done,
    preferencesHref: `${layouts.base}/preferences/${token}`,
    pausedUntil,
    pauseEnd: formatLongDate(pausedUntil),
  };
}

/** Two weeks. */
const PAUSE_DAYS = 14;
