import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import type { LibraryLookup } from '../../domain/library/library-lookup.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import type { LibraryView } from './library-views.ts';

/** The page on which a subscriber brings papers. */
export function buildLibraryPage(view: LibraryView, layouts: PageLayouts) {
  const { token, paperCount, lookups, allowsLookups, notice, problem } = view;
  const { base } = layouts;
  return {
    layout: layouts.create({
      title: LIBRARY_COPY.title,
      action: linkToPreferences(layouts, token),
    }),
    action: `${base}/library/${token}`,
    notice,
    problem,
    statement: paperCount === 0 ? LIBRARY_COPY.promise : LIBRARY_COPY.has(paperCount),
    listHref: paperCount === 0 ? null : `${base}/learned/${token}#library`,
    lookups: lookups.map(describeLookup),
    allowsLookups,
    learnedHref: `${base}/learned/${token}`,
    examplesHref: `${base}/examples/${token}`,
  };
}

function describeLookup({ kind, state, query, found }: LibraryLookup): string {
  return LIBRARY_COPY.lookups[kind][state](query, found);
}
