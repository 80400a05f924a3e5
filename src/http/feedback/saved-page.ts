import { formatDate } from '../../copy/en/format.ts';
import { SAVED_COPY } from '../../copy/en/pages/saved.ts';
import { createLinks } from '../../domain/links/links.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { showAbstract } from '../../domain/text/shown-text.ts';
import { paperHref } from '../pages/hrefs.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import type { SavedView } from './feedback-views.ts';

/** A subscriber's saved papers, each with a button that removes it. */
export function buildSavedPage({ token, papers, removed }: SavedView, layouts: PageLayouts) {
  const links = createLinks(layouts.base);
  return {
    layout: layouts.create({ title: SAVED_COPY.title, action: linkToPreferences(layouts, token) }),
    removed: removed && SAVED_COPY.removed(removed),
    isEmpty: papers.length === 0,
    count: SAVED_COPY.count(papers.length),
    learnedHref: `${layouts.base}/learned/${token}`,
    papers: papers.map(({ id, title, abstract, savedOn }) => ({
      ...splitTitle(title),
      href: paperHref(layouts.base, id),
      sentences: showAbstract({ title, abstract }, 'brief').text,
      savedOn: SAVED_COPY.savedOn(formatDate(savedOn)),
      removeLabel: SAVED_COPY.removePaper(title),
      action: links.saved(token, id),
    })),
  };
}
