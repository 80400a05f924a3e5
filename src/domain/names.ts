import type { Paper } from './paper.ts';

/** Why a paper is a name's: written by an author of that name, or from an organisation. As the paper
 *  writes it. */
export interface Byline {
  kind: 'author' | 'organisation';
  name: string;
}

/** For a name that a reader follows, the papers that are by it, by their places in a list. */
export type NameMatches = (name: string) => ReadonlyMap<number, Byline>;

/** Names whose papers are kept: readers write them, so there is no end to them. */
const MOST_NAMES = 20_000;

/**
 * Finds papers by names. An author must have the whole name, but for case, accents and initials in the
 * middle; of an organisation the words suffice, one after the other (`Meta` is in `AI at Meta`).
 */
export function createNameMatches(
  papers: readonly Pick<Paper, 'authors' | 'organization'>[],
): NameMatches {
  const authors = new Map<string, { place: number; name: string }[]>();
  const organisations: { place: number; name: string; words: string }[] = [];
  for (const [place, { authors: names, organization }] of papers.entries()) {
    for (const name of names) {
      const key = authorKey(name);
      authors.set(key, [...(authors.get(key) ?? []), { place, name }]);
    }
    if (organization)
      organisations.push({ place, name: organization, words: wordsOf(organization) });
  }
  const find = (name: string): ReadonlyMap<number, Byline> => {
    const found = new Map<number, Byline>();
    const words = wordsOf(name);
    if (words.trim() === '') return found;
    for (const { place, name: theirs, words: all } of organisations) {
      if (all.includes(words)) found.set(place, { kind: 'organisation', name: theirs });
    }
    for (const { place, name: theirs } of authors.get(authorKey(name)) ?? []) {
      found.set(place, { kind: 'author', name: theirs });
    }
    return found;
  };
  const known = new Map<string, ReadonlyMap<number, Byline>>();
  return (name) => {
    const before = known.get(name);
    if (before) return before;
    if (known.size >= MOST_NAMES) known.clear();
    const found = find(name);
    known.set(name, found);
    return found;
  };
}

/** Letters and digits in lower case without accents, a blank around each word. */
function wordsOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words === null ? '' : ` ${words.join(' ')} `;
}

function authorKey(name: string): string {
  const words = wordsOf(name).trim().split(' ');
  return words
    .filter((word, at) => at === 0 || at === words.length - 1 || word.length > 1)
    .join(' ');
}
