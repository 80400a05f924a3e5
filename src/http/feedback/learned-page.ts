import { formatDate, joinNames } from '../../copy/en/format.ts';
import { LEARNED_COPY } from '../../copy/en/pages/learned.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { paperHref } from '../pages/hrefs.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import type { LearnedTermsView, LibraryRow } from './feedback-views.ts';

/** Each learned term with its weight and the papers it was learned from. */
export function buildLearnedPage(view: LearnedTermsView, layouts: PageLayouts) {
  const { token, terms, unlearned, feedback, notice } = view;
  const rows = terms.map(({ term, weight, from }) => ({
    term,
    weight: `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(2)}`,
    isLiked: weight > 0,
    removeLabel: LEARNED_COPY.removeTerm(term),
    from: describeTermOrigins(from),
  }));
  return {
    layout: layouts.create({
      title: LEARNED_COPY.title,
      action: linkToPreferences(layouts, token),
    }),
    action: `${layouts.base}/learned/${token}`,
    preferencesHref: `${layouts.base}/preferences/${token}`,
    savedHref: `${layouts.base}/saved/${token}`,
    notice,
    summary: describeLearned(view),
    sections: [
      buildTermSection(
        LEARNED_COPY.up,
        rows.filter(({ isLiked }) => isLiked),
      ),
      buildTermSection(
        LEARNED_COPY.down,
        rows.filter(({ isLiked }) => !isLiked),
      ),
    ].filter((section) => section.rows.length > 0),
    unlearned: unlearned.map((term) => ({ term, allowLabel: LEARNED_COPY.allowTerm(term) })),
    hasUnlearned: unlearned.length > 0,
    feedback: feedback.slice(0, MAX_FEEDBACK_SHOWN).map(({ verb, paper, givenOn }) => ({
      verb,
      id: paper.id,
      label: LEARNED_COPY.verbs[verb],
      undoLabel: LEARNED_COPY.undoFeedback({ label: LEARNED_COPY.verbs[verb], title: paper.title }),
      title: paper.title,
      href: paperHref(layouts.base, paper.id),
      day: formatDate(givenOn),
    })),
    hasFeedback: feedback.length > 0,
    library: buildLibrarySection(view, layouts),
    canForget: terms.length > 0 || feedback.length > 0 || view.library.length > 0,
    clicks: view.allowsClicks ? LEARNED_COPY.clicksCount : LEARNED_COPY.clicksDontCount,
  };
}

function buildTermSection<Row>(heading: string, rows: readonly Row[]) {
  const more = rows.slice(VISIBLE_TERMS);
  return {
    heading,
    rows: rows.slice(0, VISIBLE_TERMS),
    more,
    hasMore: more.length > 0,
    moreLabel: LEARNED_COPY.more(more.length),
  };
}

/** The papers of the library, or null when it has none. */
function buildLibrarySection({ token, library }: LearnedTermsView, layouts: PageLayouts) {
  const rows = library.map((paper) => {
    const name = nameLibraryPaper(paper);
    return {
      position: paper.position,
      name,
      href: paper.paperId === null ? null : paperHref(layouts.base, paper.paperId),
      removeLabel: LEARNED_COPY.library.removePaper(name),
    };
  });
  return {
    href: `${layouts.base}/library/${token}`,
    isEmpty: rows.length === 0,
    heading: LEARNED_COPY.library.heading(rows.length),
    rows: rows.slice(0, VISIBLE_LIBRARY),
    more: rows.slice(VISIBLE_LIBRARY),
    hasMore: rows.length > VISIBLE_LIBRARY,
    moreLabel: LEARNED_COPY.more(rows.length - VISIBLE_LIBRARY),
  };
}

/** The title, or an id of a paper whose title is not known yet. */
export function nameLibraryPaper({ title, arxivId, doi }: Omit<LibraryRow, 'position'>): string {
  if (title !== '') return title;
  return arxivId === null ? `DOI ${doi}` : `arXiv:${arxivId}`;
}

function describeLearned({ terms, feedback, library }: LearnedTermsView): string {
  if (feedback.length === 0 && library.length === 0) return LEARNED_COPY.noFeedback;
  return terms.length === 0 ? LEARNED_COPY.noTerms : LEARNED_COPY.explanation;
}

/** `saved and more like SpecEyes; opened Mamba-3; 2 more`: each paper once. */
function describeTermOrigins(from: LearnedTermsView['terms'][number]['from']): string {
  const papers = new Map<string, { name: string; verbs: string[] }>();
  for (const { verb, paper } of from) {
    const known = papers.get(paper.id) ?? { name: splitTitle(paper.title).name, verbs: [] };
    known.verbs.push(LEARNED_COPY.verbsInOrigin[verb]);
    papers.set(paper.id, known);
  }
  const shown = [...papers.values()]
    .slice(0, MAX_ORIGINS)
    .map(({ name, verbs }) => `${joinNames(verbs)} ${name}`);
  const others = papers.size - shown.length;
  if (others > 0) shown.push(LEARNED_COPY.more(others));
  return shown.join('; ');
}

const VISIBLE_TERMS = 20;
const VISIBLE_LIBRARY = 5;
const MAX_ORIGINS = 2;
const MAX_FEEDBACK_SHOWN = 100;
