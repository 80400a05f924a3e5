import type { Paper } from '../papers/paper.ts';

/** A paper is by a followed name: an author or an organisation, spelled as in the paper. */
export interface NameMatch {
  kind: 'author' | 'organisation';
  name: string;
}

/** The papers by a name, by their indexes in a list. */
type NameLookup = (name: string) => ReadonlyMap<number, NameMatch>;

/** Most cached names: subscribers choose them, so there is no limit to them. */
const MAX_CACHED_NAMES = 20_000;

/**
 * Finds papers by names. An author must match the whole name, except for case, accents and middle
 * initials; an organisation matches if it contains the words in order (`Meta` is in `AI at Meta`).
 */
export function createNameLookup(
  papers: readonly Pick<Paper, 'authors' | 'organization'>[],
): NameLookup {
  const authors = new Map<string, { place: number; name: string }[]>();
  const organisations: { place: number; name: string; words: string }[] = [];
  for (const [place, { authors: names, organization }] of papers.entries()) {
    for (const name of names) {
      const key = authorKeyOf(name);
      authors.set(key, [...(authors.get(key) ?? []), { place, name }]);
    }
    if (organization)
      organisations.push({ place, name: organization, words: normaliseName(organization) });
  }
  const find = (name: string): ReadonlyMap<number, NameMatch> => {
    const found = new Map<number, NameMatch>();
    const words = normaliseName(name);
    if (words.trim() === '') return found;
    for (const { place, name: nameInPaper, words: all } of organisations) {
      if (all.includes(words)) found.set(place, { kind: 'organisation', name: nameInPaper });
    }
    for (const { place, name: nameInPaper } of authors.get(authorKeyOf(name)) ?? []) {
      found.set(place, { kind: 'author', name: nameInPaper });
    }
    return found;
  };
  const cache = new Map<string, ReadonlyMap<number, NameMatch>>();
  return (name) => {
    const cached = cache.get(name);
    if (cached) return cached;
    if (cache.size >= MAX_CACHED_NAMES) cache.clear();
    const found = find(name);
    cache.set(name, found);
    return found;
  };
}

/** Whether two names of authors are the same, except for case, accents and middle initials. */
export function isSameAuthor(a: string, b: string): boolean {
  const key = authorKeyOf(a);
  return key !== '' && key === authorKeyOf(b);
}

/** Lower case without accents and punctuation, with a space around each word. */
function normaliseName(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words === null ? '' : ` ${words.join(' ')} `;
}

function authorKeyOf(name: string): string {
  const words = normaliseName(name).trim().split(' ');
  return words
    .filter((word, at) => at === 0 || at === words.length - 1 || word.length > 1)
    .join(' ');
}
