import { formatLongDate } from '../../copy/en/format.ts';
import { UNSUBSCRIBE_COPY } from '../../copy/en/pages/unsubscribe.ts';
import { addDays } from '../../domain/time/schedule.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import type { UnsubscribeView } from '../pages/views.ts';

/** Before the click the button and alternatives, after it the confirmation. */
export function buildUnsubscribePage(
  { email, token, isUnsubscribed, today }: UnsubscribeView,
  layouts: PageLayouts,
) {
  const pausedUntil = addDays(today, PAUSE_DAYS);
  return {
    layout: layouts.create({
      title: isUnsubscribed ? UNSUBSCRIBE_COPY.done.title : UNSUBSCRIBE_COPY.title,
      action: linkToPreferences(layouts, token),
    }),
    email,
    isUnsubscribed,
    preferencesHref: `${layouts.base}/preferences/${token}`,
    pausedUntil,
    pauseEnd: UNSUBSCRIBE_COPY.untilDay(formatLongDate(pausedUntil)),
  };
}

const PAUSE_DAYS = 14;
