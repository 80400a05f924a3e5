import { formatQuantity } from '../../copy/en/format.ts';
import { TOPICS_COPY } from '../../copy/en/pages/topics.ts';
import { groupTopics } from '../../domain/topics/topic.ts';
import { followHref, topicHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { GroupedTopicName } from '../pages/views.ts';

/** All topics that can be followed. */
export function buildTopicsPage(
  topics: readonly (GroupedTopicName & { papersPerWeek: number })[],
  layouts: PageLayouts,
) {
  const { base } = layouts;
  return {
    layout: layouts.create({
      title: TOPICS_COPY.title,
      description: TOPICS_COPY.description,
      publicPath: '/topics',
    }),
    isEmpty: topics.length === 0,
    groups: groupTopics(topics).map(({ group, topics: ofGroup }) => ({
      name: group,
      summary: formatQuantity(ofGroup.length, 'topic'),
      topics: ofGroup.map(({ slug, name, papersPerWeek }) => ({
        name,
        papersPerWeek,
        href: topicHref(base, slug),
        followHref: followHref(base, slug),
        followLabel: TOPICS_COPY.followTopic(name),
        feedHref: `${base}/topics/${slug}/feed.xml`,
        feedLabel: TOPICS_COPY.feedOf(name),
      })),
    })),
  };
}
