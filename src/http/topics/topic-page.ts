import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import { TOPICS_COPY } from '../../copy/en/pages/topics.ts';
import { isOffered, parseQueryPhrases, type TopicStatus } from '../../domain/topics/topic.ts';
import { followHref, papersHref, topicHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { TopicView } from '../pages/views.ts';
import { buildPaperModel } from '../papers/paper-model.ts';

/** A topic: its phrases, its newest papers, and links to follow it. */
export function buildTopicPage(view: TopicView, layouts: PageLayouts) {
  const { base } = layouts;
  const { slug, name, categories } = view.topic;
  const topicDescription = describeTopic(parseQueryPhrases(view.topic));
  const feedHref = `${base}/topics/${slug}/feed.xml`;
  return {
    layout: layouts.create({
      title: name,
      description: topicDescription,
      publicPath: topicHref('', slug, view.page),
      feed: { title: name, href: feedHref },
    }),
    name,
    description: topicDescription,
    categories: categories.length > 0 ? TOPICS_COPY.topic.onArxiv(categories.join(', ')) : '',
    papersPerWeek: NOTICES[view.topic.status] ?? describePapersPerWeek(view.papersPerWeek),
    followHref: isOffered(view.topic) ? followHref(base, slug) : null,
    feedHref,
    searchHref: papersHref(base, { topic: slug }),
    papers: view.papers.map((paper) => buildPaperModel(paper, { base, format: 'brief' })),
    isEmpty: view.papers.length === 0,
    pageLabel: view.page > 1 || view.hasNext ? PAPERS_COPY.page(view.page) : null,
    previous: view.page > 1 ? topicHref(base, slug, view.page - 1) : null,
    next: view.hasNext ? topicHref(base, slug, view.page + 1) : null,
  };
}

/** `Papers that mention “kv cache”, “llm serving” or 12 other phrases from its field.` */
function describeTopic(phrases: readonly string[]): string {
  const copy = TOPICS_COPY.topic;
  const shown = phrases.slice(0, MAX_PHRASES_SHOWN).map((phrase) => `“${phrase}”`);
  const others = phrases.length - shown.length;
  const last = others > 0 ? copy.otherPhrases(others) : (shown.pop() ?? copy.itsName);
  return copy.mentions(shown.length > 0 ? shown.join(', ') + copy.or + last : last);
}

const MAX_PHRASES_SHOWN = 5;

const NOTICES: Readonly<Record<TopicStatus, string | null>> = {
  offered: null,
  kept: TOPICS_COPY.topic.notOffered,
  retired: TOPICS_COPY.topic.retired,
};

function describePapersPerWeek(perWeek: number): string {
  return perWeek === 0 ? TOPICS_COPY.topic.lessThanOne : TOPICS_COPY.topic.perWeek(perWeek);
}
