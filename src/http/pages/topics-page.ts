import type { Frames } from './frame.ts';
import { followHref, topicHref } from './hrefs.ts';
import type { TopicsView } from './views.ts';

/** Every topic that readers may follow. */
export function topicsPage({ topics }: TopicsView, frames: Frames) {
  const { base } = frames;
  return {
    frame: frames.of({
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
