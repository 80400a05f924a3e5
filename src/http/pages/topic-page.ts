import { countOf } from '../../domain/describe.ts';
import type { Frames } from './frame.ts';
import { followHref, papersHref, topicHref } from './hrefs.ts';
import { INDEX_ROOM, paperModel } from './paper-model.ts';
import type { TopicView } from './views.ts';

/** A topic: what it is, its newest papers, and the ways to follow it. */
export function topicPage(view: TopicView, frames: Frames) {
  const { base } = frames;
  const { slug, name } = view.topic;
  const what = whatItIs(view.topic);
  const feedHref = `${base}/topics/${slug}/feed.xml`;
  return {
    frame: frames.of({
      title: name,
      description: what,
      publicPath: topicHref('', slug, view.page),
      feed: { title: name, href: feedHref },
    }),
    name,
    what,
    categories: view.topic.categories.join(', '),
    rate: rateOf(view.papersPerWeek),
    followHref: followHref(base, slug),
    feedHref,
    searchHref: papersHref(base, { topic: slug }),
    papers: view.papers.map((paper) => paperModel(paper, { base, room: INDEX_ROOM })),
    isEmpty: view.papers.length === 0,
    place: view.page > 1 || view.hasNext ? `Page ${view.page}` : null,
    previous: view.page > 1 ? topicHref(base, slug, view.page - 1) : null,
    next: view.hasNext ? topicHref(base, slug, view.page + 1) : null,
  };
}

/** `Papers that say “kv cache”, “llm serving” or one of 12 other phrases.` */
function whatItIs({ phrases }: TopicView['topic']): string {
  const shown = phrases.slice(0, PHRASES).map((phrase) => `“${phrase}”`);
  const others = phrases.length - shown.length;
  if (others > 0) {
    return `Papers that say ${shown.join(', ')} or ${countOf(others, 'other phrase')} of its field.`;
  }
  const last = shown.pop() ?? 'its name';
  return `Papers that say ${shown.length > 0 ? `${shown.join(', ')} or ` : ''}${last}.`;
}

const PHRASES = 5;

function rateOf(perWeek: number): string {
  return perWeek === 0
    ? 'Less than one paper a week.'
    : `About ${countOf(perWeek, 'paper')} a week.`;
}
