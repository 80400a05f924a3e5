/** The formats of a library. A `list` has one arXiv id, DOI, link or title a line. */
export const LIBRARY_FORMATS = ['bibtex', 'ris', 'json', 'csv', 'list'] as const;
export type LibraryFormat = (typeof LIBRARY_FORMATS)[number];

/** Recognises the format of a text by how it begins. */
export function detectLibraryFormat(text: string): LibraryFormat {
  const head = text.slice(0, HEAD_CHARS);
  if (/^\s*[[{]\s*["{[\]}]/.test(head)) return 'json';
  if (BIBTEX_ENTRY.test(head)) return 'bibtex';
  if (RIS_START.test(head)) return 'ris';
  return isCsvHeader(firstLineOf(head)) ? 'csv' : 'list';
}

/** Enough for the comments that programs write at the top. */
const HEAD_CHARS = 64 * 1024;

const BIBTEX_ENTRY = /^[ \t]*@[a-z]{1,30}[ \t]*[{(]/im;

/** `TY  - JOUR` of RIS, or `PMID- 123` of PubMed. */
const RIS_START = /^(?:TY {1,2}-|PMID-)/m;

/** Hundreds of columns. */
const MAX_HEADER_CHARS = 10_000;

function firstLineOf(text: string): string {
  return text.trimStart().split(/\r\n?|\n/, 1)[0] ?? '';
}

function isCsvHeader(line: string): boolean {
  if (line.length > MAX_HEADER_CHARS) return false;
  const names = line.split(findCsvDelimiter(line)).map(normaliseColumnName);
  return names.length > 1 && names.some((name) => name === 'title' || name === 'doi');
}

/** The delimiter of a header line: the most frequent one. */
export function findCsvDelimiter(header: string): ',' | ';' | '\t' {
  const count = (delimiter: string) => header.split(delimiter).length;
  const best = Math.max(count(','), count(';'), count('\t'));
  if (count(',') === best) return ',';
  return count(';') === best ? ';' : '\t';
}

/** `"Abstract Note"` → `abstract note`. */
export function normaliseColumnName(name: string): string {
  return name.trim().replace(/^"|"$/g, '').trim().toLowerCase();
}
