import { normaliseTitle } from '../papers/paper-id.ts';
import { cleanText } from '../text/clean-text.ts';
import { findArxivId, findDoi } from './identifiers.ts';

/** A paper of a subscriber's library: at least one of title, arXiv id and DOI is known. */
export interface LibraryEntry {
  /** Cleaned; empty when only an id is known. */
  title: string;
  /** Cleaned; empty when unknown. */
  abstract: string;
  /** Without version. */
  arxivId: string | null;
  /** In lower case. */
  doi: string | null;
}

/** What a format gives of an entry, unchecked. */
export interface RawLibraryEntry {
  title: string;
  abstract: string;
  doi: string;
  /** Where an arXiv id or a DOI may stand: the URL, the note, the journal. */
  mentions: readonly string[];
}

/** One entry of a file: an entry, or the reason why it is none. */
export type ParsedEntry = RawLibraryEntry | 'unreadable';

/** A subscriber's library. */
export const MAX_LIBRARY_PAPERS = 500;

/** Entries of one import that are read; what follows them is ignored. */
export const MAX_IMPORTED_ENTRIES = 2000;

/** In characters, before cleaning. Longer ones are cut: hostile text must not cost time. */
const MAX_RAW_TITLE = 1000;
const MAX_RAW_ABSTRACT = 10_000;
const MAX_RAW_MENTION = 2000;

/** Checks and cleans an entry; null when it has neither a title nor an id. */
export function buildLibraryEntry(raw: RawLibraryEntry): LibraryEntry | null {
  const title = cleanField(raw.title, MAX_RAW_TITLE);
  const mentions = raw.mentions.map((text) => text.slice(0, MAX_RAW_MENTION));
  const doi = findDoi(raw.doi.slice(0, MAX_RAW_MENTION)) ?? findFirst(mentions, findDoi);
  const arxivId = findArxivId(doi ?? '') ?? findFirst(mentions, findArxivId);
  if (!hasWords(title) && arxivId === null && doi === null) return null;
  return { title, abstract: cleanField(raw.abstract, MAX_RAW_ABSTRACT), arxivId, doi };
}

/** The keys by which two entries are the same paper. */
export function listEntryKeys({ title, arxivId, doi }: Omit<LibraryEntry, 'abstract'>): string[] {
  return [
    ...(arxivId === null ? [] : [`arxiv:${arxivId}`]),
    ...(doi === null ? [] : [`doi:${doi}`]),
    ...(hasWords(title) ? [`title:${normaliseTitle(title)}`] : []),
  ];
}

/** Braces only protect capitals in BibTeX, and a lone one is a fragment of TeX. */
function cleanField(text: string, maxLength: number): string {
  const cleaned = cleanText(text.slice(0, maxLength));
  return /[{}]/.test(cleaned) ? cleaned.replace(/[{}]+/g, '').trim() : cleaned;
}

/** A number or a sign alone is no title. */
function hasWords(title: string): boolean {
  return /\p{L}{2}/u.test(title);
}

function findFirst(texts: readonly string[], find: (text: string) => string | null): string | null {
  for (const text of texts) {
    const found = find(text);
    if (found !== null) return found;
  }
  return null;
}
