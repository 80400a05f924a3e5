import { formatQuantity } from '../format.ts';

/** The list of topics, and a topic's own page. */
export const TOPICS_COPY = {
  title: 'Topics',
  description: 'The topics that papers are sorted into and that you can follow.',
  intro: 'Papers are sorted into these topics. Follow some to get their papers by email.',
  empty: 'There are no topics yet.',
  columns: { topic: 'Topic', week: 'A week', email: 'By email', feed: 'In a feed reader' },
  follow: 'Follow',
  followTopic: (topic: string) => `Follow ${topic}`,
  feed: 'Feed',
  feedOf: (topic: string) => `Feed of ${topic}`,
  topic: {
    mentions: (phrases: string) => `Papers that mention ${phrases}.`,
    or: ' or ',
    otherPhrases: (count: number) => `${formatQuantity(count, 'other phrase')} from its field`,
    itsName: 'its name',
    lessThanOne: 'Less than one paper a week.',
    perWeek: (count: number) => `About ${formatQuantity(count, 'paper')} a week.`,
    onArxiv: (categories: string) => `On arXiv: ${categories}.`,
    follow: 'Follow by email',
    feed: 'Feed',
    search: 'Search this topic',
    newest: 'Newest papers',
    notOffered: 'This topic is no longer offered. Those who follow it still get its papers.',
    retired: 'This topic is no longer offered and gets no more papers.',
    noPapers: 'No papers on this topic yet.',
    newer: 'Newer papers',
    older: 'Older papers',
  },
  notFound: (slug: string) => `There is no topic “${slug}”.`,
} as const;
