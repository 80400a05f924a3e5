import type { Paper } from './paper.ts';

/** Most names that fit a byline. */
const MAX_BYLINE_NAMES = 3;

/** Whom a byline names. `count` is the number of authors where their names are too many or not all
 *  known, else null. */
interface BylineAuthors {
  names: readonly string[];
  count: number | null;
}

/** The organisation, else up to three authors by name, else the number of authors. */
export function chooseBylineAuthors({
  authors,
  authorCount,
  organization,
}: Pick<Paper, 'authors' | 'authorCount' | 'organization'>): BylineAuthors {
  if (organization) return { names: [organization], count: null };
  const count = authorCount ?? authors.length;
  const areAllNamed = authors.length === count;
  return areAllNamed && count <= MAX_BYLINE_NAMES
    ? { names: authors, count: null }
    : { names: [], count };
}
