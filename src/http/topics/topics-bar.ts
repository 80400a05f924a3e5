import { formatQuantity } from '../../copy/en/format.ts';
import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import type { DayOverview } from '../../services/papers/read-day.ts';
import { papersHref } from '../pages/hrefs.ts';

/** The topics of a day with their counts, most papers first; one of them may be selected. */
export function buildTopicsBar(
  { day, topics: allTopics, total }: DayOverview,
  { selected, allHref, base }: { selected: string | null; allHref: string; base: string },
) {
  const topics = allTopics.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const shown = topics.find(({ slug }) => slug === selected);
  const links = topics.map(({ slug, name, count }) => ({
    name,
    count,
    href: papersHref(base, { date: day, topic: slug }),
    isSelected: slug === selected,
  }));
  const more = links.slice(VISIBLE_TOPIC_LINKS);
  return {
    total: formatQuantity(shown?.count ?? total, 'paper'),
    allCount: PAPERS_COPY.topicsBar.allCount(total),
    isAll: selected === null,
    allHref,
    heading: shown?.name ?? PAPERS_COPY.topicsBar.allTopics,
    links: links.slice(0, VISIBLE_TOPIC_LINKS),
    more,
    moreText: PAPERS_COPY.topicsBar.more(more.length),
    hasMore: more.length > 0,
  };
}

const VISIBLE_TOPIC_LINKS = 6;
