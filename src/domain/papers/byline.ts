import { toFamilyName } from './family-name.ts';
import type { Paper } from './paper.ts';

/** Most names that fit a byline. */
const MAX_BYLINE_NAMES = 3;

/** Whom a byline names: all, the first of several (`hasOthers`), or nobody; then `count` is the
 *  number of authors, or null. */
interface BylineAuthors {
  names: readonly string[];
  hasOthers: boolean;
  count: number | null;
}

/** The organisation, else up to three authors by name, else the first one's family name, else the
 *  number of authors. */
export function chooseBylineAuthors({
  authors,
  authorCount,
  organization,
}: Pick<Paper, 'authors' | 'authorCount' | 'organization'>): BylineAuthors {
  if (organization) return { names: [organization], hasOthers: false, count: null };
  const count = Math.max(authorCount ?? 0, authors.length);
  const [first] = authors;
  if (first === undefined) return { names: [], hasOthers: false, count };
  return authors.length === count && count <= MAX_BYLINE_NAMES
    ? { names: authors, hasOthers: false, count: null }
    : { names: [toFamilyName(first)], hasOthers: true, count: null };
}
