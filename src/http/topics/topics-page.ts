import { followHref, topicHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { TopicsView } from '../pages/views.ts';

/** Every topic that readers may follow. */
export function buildTopicsPage({ topics }: TopicsView, layouts: PageLayouts) {
  const { base } = layouts;
  return {
    layout: layouts.create({
      title: 'Topics',
      description: 'The subjects that papers are sorted by, and that readers follow.',
      publicPath: '/topics',
    }),
    isEmpty: topics.length === 0,
    topics: topics.map(({ slug, name, papersPerWeek }) => ({
      name,
      papersPerWeek,
      href: topicHref(base, slug),
      followHref: followHref(base, slug),
      feedHref: `${base}/topics/${slug}/feed.xml`,
    })),
  };
}
