import { formatQuantity } from '../../domain/text/format.ts';
import { followHref, papersHref, topicHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { TopicView } from '../pages/views.ts';
import { buildPaperModel, LIST_EXCERPT } from '../papers/paper-model.ts';

/** A topic: what it is, its newest papers, and the ways to follow it. */
export function buildTopicPage(view: TopicView, layouts: PageLayouts) {
  const { base } = layouts;
  const { slug, name } = view.topic;
  const topicDescription = describeTopic(view.topic);
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
    categories: view.topic.categories.join(', '),
    papersPerWeek: describePapersPerWeek(view.papersPerWeek),
    followHref: followHref(base, slug),
    feedHref,
    searchHref: papersHref(base, { topic: slug }),
    papers: view.papers.map((paper) => buildPaperModel(paper, { base, room: LIST_EXCERPT })),
    isEmpty: view.papers.length === 0,
    pageLabel: view.page > 1 || view.hasNext ? `Page ${view.page}` : null,
    previous: view.page > 1 ? topicHref(base, slug, view.page - 1) : null,
    next: view.hasNext ? topicHref(base, slug, view.page + 1) : null,
  };
}

/** `Papers that say “kv cache”, “llm serving” or one of 12 other phrases.` */
function describeTopic({ phrases }: TopicView['topic']): string {
  const shown = phrases.slice(0, MAX_PHRASES_SHOWN).map((phrase) => `“${phrase}”`);
  const others = phrases.length - shown.length;
  if (others > 0) {
    return `Papers that say ${shown.join(', ')} or ${formatQuantity(others, 'other phrase')} of its field.`;
  }
  const last = shown.pop() ?? 'its name';
  return `Papers that say ${shown.length > 0 ? `${shown.join(', ')} or ` : ''}${last}.`;
}

const MAX_PHRASES_SHOWN = 5;

function describePapersPerWeek(perWeek: number): string {
  return perWeek === 0
    ? 'Less than one paper a week.'
    : `About ${formatQuantity(perWeek, 'paper')} a week.`;
}
