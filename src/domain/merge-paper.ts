import { findCodeUrl } from './code-link.ts';
import type { ListedPaper, Listing, Paper, StoredPaper } from './paper.ts';

/** What sources say of a paper, once one of them has listed it (again) at `now`. The first day on which a
 *  source listed it stays; what it does not count stays as it was. */
export function hear(listings: readonly Listing[], paper: ListedPaper, now: Date): Listing[] {
  const { source } = paper;
  const before = listings.find((listing) => listing.source === source);
  const isFirst = before === undefined || paper.usableOn < before.usableOn;
  const { listedOn, usableOn } = isFirst ? paper : before;
  return [
    ...listings.filter((listing) => listing !== before),
    {
      source,
      listedOn,
      usableOn,
      seenAt: now,
      upvotes: paper.upvotes ?? before?.upvotes ?? null,
      comments: paper.comments ?? before?.comments ?? null,
      withdrawnOn: paper.withdrawnOn ? (before?.withdrawnOn ?? paper.withdrawnOn) : null,
    },
  ];
}

/**
 * A paper that is stored, or null, after a source listed it: `listings` has what all of them say. A source
 * that knows less takes nothing away; the paper counts from the earliest of its listings, and is withdrawn
 * when one of them says so.
 */
export function mergePaper(
  known: StoredPaper | null,
  paper: ListedPaper,
  listings: readonly Listing[],
): StoredPaper {
  const words = known !== null && !hasBetterWords(paper, listings) ? known : paper;
  const first = [...listings].sort(byUse)[0] ?? paper;
  return {
    id: paper.id,
    source: known?.source ?? paper.source,
    title: words.title,
    abstract: words.abstract,
    authors: authorsOf(words, known ?? paper),
    authorCount: words.authorCount ?? known?.authorCount ?? paper.authorCount,
    organization: paper.organization ?? known?.organization ?? null,
    publishedOn: words.publishedOn ?? known?.publishedOn ?? paper.publishedOn,
    listedOn: first.listedOn,
    usableOn: first.usableOn,
    upvotes: countOf(listings, 'upvotes'),
    comments: countOf(listings, 'comments'),
    url: paper.url ?? known?.url ?? null,
    codeUrl: codeUrlOf(known, paper),
    withdrawnOn: withdrawnOf(listings),
  };
}

/** The names of the sources, the earliest first, and whether the paper is withdrawn. */
export function originOf(listings: readonly Listing[]): {
  sources: string[];
  withdrawnOn: string | null;
} {
  const sources = [...listings].sort(byUse).map(({ source }) => source);
  return { sources, withdrawnOn: withdrawnOf(listings) };
}

function withdrawnOf(listings: readonly Listing[]): string | null {
  return listings.flatMap(({ withdrawnOn }) => withdrawnOn ?? []).sort()[0] ?? null;
}

/** A paper as a source lists it, by itself. */
export function asPaper({ withdrawnOn: _withdrawnOn, ...paper }: ListedPaper): Paper {
  return { ...paper, upvotes: paper.upvotes ?? 0, comments: paper.comments ?? 0 };
}

/** A notice of withdrawal is no abstract, and copies on Hugging Face have lost the TeX of arXiv's own. */
function hasBetterWords(paper: ListedPaper, listings: readonly Listing[]): boolean {
  if (paper.withdrawnOn !== undefined) return false;
  return familyOf(paper.source) !== 'hf' || !listings.some(isFromArxiv);
}

function isFromArxiv({ source }: Listing): boolean {
  return familyOf(source) === 'arxiv';
}

function authorsOf(
  words: Pick<ListedPaper, 'authors'>,
  other: Pick<ListedPaper, 'authors'>,
): string[] {
  return words.authors.length > 0 ? words.authors : other.authors;
}

/** A link that a source names stands before one that is found in the abstract. */
function codeUrlOf(known: StoredPaper | null, paper: ListedPaper): string | null {
  const isFound = paper.codeUrl === findCodeUrl(paper.abstract);
  if (isFound && known?.codeUrl) return known.codeUrl;
  return paper.codeUrl ?? known?.codeUrl ?? null;
}

/** What lists of one place say last; of several places the most. */
function countOf(listings: readonly Listing[], name: 'upvotes' | 'comments'): number {
  const last = new Map<string, number>();
  const inTime = [...listings].sort((a, b) => a.seenAt.getTime() - b.seenAt.getTime());
  for (const listing of inTime) {
    const count = listing[name];
    if (count !== null) last.set(familyOf(listing.source), count);
  }
  return Math.max(0, ...last.values());
}

/** `hf-daily` → `hf`, `arxiv:cs.CL` → `arxiv`. */
function familyOf(source: string): string {
  return source.split(/[-:]/, 1)[0] ?? source;
}

function byUse(a: Listing, b: Listing): number {
  return a.usableOn < b.usableOn
    ? -1
    : a.usableOn > b.usableOn
      ? 1
      : a.listedOn < b.listedOn
        ? -1
        : 1;
}
