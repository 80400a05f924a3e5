import { createLinks } from '../../domain/links/links.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { formatDate } from '../../domain/text/format.ts';
import { takeFirstSentences } from '../../domain/text/sentences.ts';
import { paperHref } from '../pages/hrefs.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import { LIST_EXCERPT } from '../papers/paper-model.ts';
import type { SavedView } from './feedback-views.ts';

/** The papers that a reader saved; each can be taken off the list. */
export function buildSavedPage({ token, papers, removed }: SavedView, layouts: PageLayouts) {
  const links = createLinks(layouts.base);
  return {
    layout: layouts.create({ title: 'Saved papers', action: linkToPreferences(layouts, token) }),
    removed,
    isEmpty: papers.length === 0,
    count: papers.length === 1 ? 'One paper.' : `${papers.length} papers, the last saved first.`,
    learnedHref: `${layouts.base}/learned/${token}`,
    papers: papers.map(({ id, title, abstract, savedOn }) => ({
      ...splitTitle(title),
      title,
      href: paperHref(layouts.base, id),
      sentences: takeFirstSentences(abstract, LIST_EXCERPT),
      day: formatDate(savedOn),
      action: links.saved(token, id),
    })),
  };
}
