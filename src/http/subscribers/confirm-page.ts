import {
  capitalize,
  describeDigestSchedule,
  formatHour,
  formatLongDate,
  formatTimezone,
  spellNumber,
} from '../../copy/en/format.ts';
import { CONFIRM_COPY } from '../../copy/en/pages/confirm.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import { addDays } from '../../domain/time/schedule.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { ConfirmView } from '../pages/views.ts';

/** The page with the button that starts a subscription. */
export function buildConfirmPage(view: ConfirmView, layouts: PageLayouts) {
  const { subscriber, topics } = view;
  return {
    layout: layouts.create({ title: CONFIRM_COPY.title }),
    statement: describeFirstDigest(view),
    email: subscriber.email,
    sendLatest: view.latestDate && CONFIRM_COPY.sendLatest(formatLongDate(view.latestDate)),
    delivery: CONFIRM_COPY.delivery({
      papers: describeAmount(subscriber),
      schedule: describeDigestSchedule(subscriber),
      topics: joinTopicNames(topics) || CONFIRM_COPY.allTopics,
    }),
    details: describeDetails(view),
  };
}

function describeAmount({ papers, minutes }: Pick<Preferences, 'papers' | 'minutes'>): string {
  if (minutes !== null)
    return CONFIRM_COPY.papersIn(`${spellNumber(minutes)} ${minutes === 1 ? 'minute' : 'minutes'}`);
  return capitalize(`${spellNumber(papers)} ${papers === 1 ? 'paper' : 'papers'}`);
}

/** Everything else that the button applies: whoever typed the address may have asked for it. */
function describeDetails({ subscriber, mutedTopics }: ConfirmView): string[] {
  const { topics, topicsOnly, keywords, names, relevanceThreshold, allowsClicks } = subscriber;
  return [
    topicsOnly && topics.length + keywords.length + names.length > 0
      ? CONFIRM_COPY.topicsOnly
      : null,
    mutedTopics.length > 0 ? CONFIRM_COPY.never(joinTopicNames(mutedTopics)) : null,
    keywords.length > 0 ? CONFIRM_COPY.keywords(keywords.join('; ')) : null,
    names.length > 0 ? CONFIRM_COPY.names(names.join('; ')) : null,
    CONFIRM_COPY.threshold[relevanceThreshold],
    subscriber.showsSummaries ? null : CONFIRM_COPY.noSummaries,
    allowsClicks ? CONFIRM_COPY.clicks : null,
  ].filter((sentence) => sentence !== null);
}

function joinTopicNames(topics: ConfirmView['topics']): string {
  return topics.map(({ name }) => name).join('; ');
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
