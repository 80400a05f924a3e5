import { findCodeUrl } from './code-url.ts';
import type { ListedPaper, Paper, PaperSourceRecord, StoredPaper } from './paper.ts';

/** What sources say of a paper, once one of them has listed it (again) at `now`. The first day on which a
 *  source listed it stays; what it does not count stays as it was. */
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
 * A paper that is stored, or null, after a source listed it: `listings` has what all of them say. A source
 * that knows less takes nothing away; the paper counts from the earliest of its listings, and is withdrawn
 * when one of them says so.
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

/** A paper as a source lists it, by itself. */
export function toPaper({ withdrawnOn: _withdrawnOn, ...paper }: ListedPaper): Paper {
  return { ...paper, upvotes: paper.upvotes ?? 0, comments: paper.comments ?? 0 };
}

/** A notice of withdrawal is no abstract, and copies on Hugging Face have lost the TeX of arXiv's own. */
function hasBetterText(paper: ListedPaper, records: readonly PaperSourceRecord[]): boolean {
  if (paper.withdrawnOn !== undefined) return false;
  return sourceFamilyOf(paper.source) !== 'hf' || !records.some(isFromArxiv);
}

function isFromArxiv({ source }: PaperSourceRecord): boolean {
  return sourceFamilyOf(source) === 'arxiv';
}

function chooseAuthors(
  textVersion: Pick<ListedPaper, 'authors'>,
  other: Pick<ListedPaper, 'authors'>,
): string[] {
  return textVersion.authors.length > 0 ? textVersion.authors : other.authors;
}

/** A link that a source names stands before one that is found in the abstract. */
function chooseCodeUrl(stored: StoredPaper | null, paper: ListedPaper): string | null {
  const isFound = paper.codeUrl === findCodeUrl(paper.abstract);
  if (isFound && stored?.codeUrl) return stored.codeUrl;
  return paper.codeUrl ?? stored?.codeUrl ?? null;
}

/** What lists of one place say last; of several places the most. */
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
