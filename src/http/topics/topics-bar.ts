import { formatQuantity } from '../../domain/text/format.ts';
import { papersHref } from '../pages/hrefs.ts';
import type { DayView, TopicCount } from '../pages/views.ts';

/** The topics of a day with their counts, of which one may be shown alone. */
export function buildTopicsBar(
  { day, topics, totalPapers }: DayView,
  { selected, allHref, base }: { selected: string | null; allHref: string; base: string },
) {
  const shown = topics.find(({ slug }) => slug === selected);
  const links = topics.map((topic) => linkToTopic(topic, { day, selected, base }));
  return {
    total: formatQuantity(shown?.count ?? totalPapers, 'paper'),
    count: totalPapers,
    isAll: selected === null,
    allHref,
    heading: shown?.name ?? 'Every topic',
    links: links.slice(0, VISIBLE_TOPIC_LINKS),
    more: links.slice(VISIBLE_TOPIC_LINKS),
    moreText: formatQuantity(Math.max(links.length - VISIBLE_TOPIC_LINKS, 0), 'more topic'),
    hasMore: links.length > VISIBLE_TOPIC_LINKS,
  };
}

function linkToTopic(
  { slug, name, count }: TopicCount,
  { day, selected, base }: { day: string; selected: string | null; base: string },
) {
  const href = papersHref(base, { date: day, topic: slug });
  return { name, count, href, isSelected: slug === selected };
}

const VISIBLE_TOPIC_LINKS = 6;
