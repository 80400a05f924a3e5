import { EXAMPLES_COPY } from '../../copy/en/pages/examples.ts';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { showAbstract } from '../../domain/text/shown-text.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import { buildByline } from '../papers/paper-model.ts';
import type { ExamplesView } from './feedback-views.ts';

/** Recent papers to choose from, below what has happened before. */
export function buildExamplesPage(view: ExamplesView, layouts: PageLayouts) {
  const { token, title, sentences, papers, problem } = view;
  const { base } = layouts;
  const settings = linkToPreferences(layouts, token);
  const hasPapers = papers.length > 0;
  return {
    layout: layouts.create({ title, action: settings }),
    title,
    sentences,
    problem,
    hasPapers,
    heading: EXAMPLES_COPY.heading(papers.length),
    action: `${base}/examples/${token}`,
    skipHref: settings.href,
    papers: papers.map((paper) => ({
      id: paper.id,
      ...splitTitle(paper.title),
      byline: buildByline(paper),
      sentences: showAbstract(paper, 'brief').text,
    })),
    links: [
      ...(hasPapers
        ? [{ text: EXAMPLES_COPY.bring, href: `${base}/library/${token}` }]
        : [{ text: LIBRARY_COPY.title, href: `${base}/library/${token}` }]),
      settings,
      { text: LAYOUT_COPY.todaysPapers, href: `${base}/` },
    ],
  };
}
