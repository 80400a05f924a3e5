import { countOf } from '../../domain/describe.ts';
import { papersHref } from './hrefs.ts';
import type { DayView, TopicCount } from './views.ts';

/** The topics of a day with their counts, of which one may be shown alone. */
export function topicsBar(
  { day, topics, totalPapers }: DayView,
  { selected, allHref, base }: { selected: string | null; allHref: string; base: string },
) {
  const shown = topics.find(({ slug }) => slug === selected);
  const links = topics.map((topic) => topicLink(topic, { day, selected, base }));
  return {
    total: countOf(shown?.count ?? totalPapers, 'paper'),
    count: totalPapers,
    isAll: selected === null,
    allHref,
    heading: shown?.name ?? 'Every topic',
    links: links.slice(0, TOPICS_IN_BAR),
    more: links.slice(TOPICS_IN_BAR),
    moreText: countOf(Math.max(links.length - TOPICS_IN_BAR, 0), 'more topic'),
    hasMore: links.length > TOPICS_IN_BAR,
  };
}

function topicLink(
  { slug, name, count }: TopicCount,
  { day, selected, base }: { day: string; selected: string | null; base: string },
) {
  const href = papersHref(base, { date: day, topic: slug });
  return { name, count, href, isSelected: slug === selected };
}

const TOPICS_IN_BAR = 6;
