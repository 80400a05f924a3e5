import { findCodeUrl } from './code-url.ts';
import type { ListedPaper, Paper, PaperSourceRecord, StoredPaper } from './paper.ts';
import { mergeDetails } from './source-details.ts';

/**
 * Updates the source records of a paper after a source listed it at `now`. The first day on which
 * the source listed it stays, and counts that the source does not report are kept.
 */
export function mergeSourceRecord(
  records: readonly PaperSourceRecord[],
  paper: ListedPaper,
  now: Date,
): PaperSourceRecord[] {
  const { source } = paper;
  const before = records.find((record) => record.source === source);
  const isFirst = before === undefined || paper.usableOn < before.usableOn;
  const { listedOn, usableOn } = isFirst ? paper : before;
  return [
    ...records.filter((record) => record !== before),
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
 * Merges a paper from a source into the stored one, which is null for a new paper; `records` are
 * those of all sources. A source with less data removes nothing. The paper's days are those of its
 * earliest record, and it is withdrawn if one source says so.
 */
export function mergePaper(
  stored: StoredPaper | null,
  paper: ListedPaper,
  records: readonly PaperSourceRecord[],
): StoredPaper {
  const textVersion = stored !== null && !hasBetterText(paper, records) ? stored : paper;
  const first = [...records].sort(compareByUsableDay)[0] ?? paper;
  return {
    id: paper.id,
    source: stored?.source ?? paper.source,
    title: textVersion.title,
    abstract: textVersion.abstract,
    authors: chooseAuthors(textVersion, stored ?? paper),
    authorCount: textVersion.authorCount ?? stored?.authorCount ?? paper.authorCount,
    organization: paper.organization ?? stored?.organization ?? null,
    publishedOn: textVersion.publishedOn ?? stored?.publishedOn ?? paper.publishedOn,
    listedOn: first.listedOn,
    usableOn: first.usableOn,
    upvotes: mergeCounts(records, 'upvotes'),
    comments: mergeCounts(records, 'comments'),
    url: paper.url ?? stored?.url ?? null,
    codeUrl: chooseCodeUrl(stored, paper),
    categories: chooseCategories(stored, paper),
    details: mergeDetails(stored?.details, paper.details),
    withdrawnOn: earliestWithdrawalOf(records),
  };
}

/** The names of the sources, the earliest first, and whether the paper is withdrawn. */
export function summariseSources(records: readonly PaperSourceRecord[]): {
  sources: string[];
  withdrawnOn: string | null;
} {
  const sources = [...records].sort(compareByUsableDay).map(({ source }) => source);
  return { sources, withdrawnOn: earliestWithdrawalOf(records) };
}

function earliestWithdrawalOf(records: readonly PaperSourceRecord[]): string | null {
  return records.flatMap(({ withdrawnOn }) => withdrawnOn ?? []).sort()[0] ?? null;
}

/** A paper as one source lists it. */
export function toPaper({ withdrawnOn: _withdrawnOn, ...paper }: ListedPaper): Paper {
  return { ...paper, upvotes: paper.upvotes ?? 0, comments: paper.comments ?? 0 };
}

/** A withdrawal notice is no abstract, Hugging Face's copies have lost arXiv's TeX, and feeds often
 *  shorten. */
function hasBetterText(paper: ListedPaper, records: readonly PaperSourceRecord[]): boolean {
  if (paper.withdrawnOn !== undefined) return false;
  const family = sourceFamilyOf(paper.source);
  const families = records.map(({ source }) => sourceFamilyOf(source));
  if (family === 'rss') return families.every((each) => each === 'rss');
  return family !== 'hf' || !families.includes('arxiv');
}

function chooseAuthors(
  textVersion: Pick<ListedPaper, 'authors'>,
  other: Pick<ListedPaper, 'authors'>,
): string[] {
  return textVersion.authors.length > 0 ? textVersion.authors : other.authors;
}

/** A feed's own words do not replace the categories of a preprint server. */
function chooseCategories(stored: StoredPaper | null, paper: ListedPaper): string[] {
  const known = stored?.categories ?? [];
  const isWeaker = sourceFamilyOf(paper.source) === 'rss' && known.length > 0;
  return isWeaker || paper.categories.length === 0 ? known : paper.categories;
}

/** A link given by a source takes precedence over one found in the abstract. */
function chooseCodeUrl(stored: StoredPaper | null, paper: ListedPaper): string | null {
  const isFound = paper.codeUrl === findCodeUrl(paper.abstract);
  if (isFound && stored?.codeUrl) return stored.codeUrl;
  return paper.codeUrl ?? stored?.codeUrl ?? null;
}

/** The latest count of each place (such as `hf`), and of several places the greatest. */
function mergeCounts(records: readonly PaperSourceRecord[], name: 'upvotes' | 'comments'): number {
  const last = new Map<string, number>();
  const inTime = [...records].sort((a, b) => a.seenAt.getTime() - b.seenAt.getTime());
  for (const record of inTime) {
    const count = record[name];
    if (count !== null) last.set(sourceFamilyOf(record.source), count);
  }
  return Math.max(0, ...last.values());
}

/** `hf-daily` → `hf`, `arxiv:cs.CL` → `arxiv`. */
function sourceFamilyOf(source: string): string {
  return source.split(/[-:]/, 1)[0] ?? source;
}

function compareByUsableDay(a: PaperSourceRecord, b: PaperSourceRecord): number {
  return a.usableOn < b.usableOn
    ? -1
    : a.usableOn > b.usableOn
      ? 1
      : a.listedOn < b.listedOn
        ? -1
        : 1;
}
