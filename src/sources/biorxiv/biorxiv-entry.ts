import { PaperboyError } from '../../domain/errors.ts';
import { parseDoi } from '../../domain/papers/doi.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { parsePaper } from '../../domain/papers/paper-input.ts';
import { type BiorxivServer, toCategorySlug } from '../../domain/sources/biorxiv-categories.ts';
import { isCalendarDay } from '../../domain/time/schedule.ts';
import { isWithdrawalNotice } from '../entry-text.ts';

/** An entry of the API: a version of a preprint. */
interface BiorxivEntry {
  paper: ListedPaper;
  /** Such as `cell-biology`. */
  category: string;
  /** 1 for a new preprint. */
  version: number;
}

/**
 * Parses an entry of the API of bioRxiv and medRxiv. The DOI, which all versions share, is the id.
 * @throws PaperboyError `INVALID_PAPER`.
 */
export function parseBiorxivEntry(
  entry: unknown,
  { server, day }: { server: BiorxivServer; day: string },
): BiorxivEntry {
  const fields = Object(entry) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name].trim() : '');
  const doi = parseDoi(text('doi').replace(VERSION, ''));
  if (doi === null)
    throw new PaperboyError(
      'INVALID_PAPER',
      `doi is “${text('doi').slice(0, 60)}”: expected one such as 10.1101/2026.05.01.123456.`,
    );
  const category = toCategorySlug(text('category'));
  const institution = text('author_corresponding_institution');
  const title = text('title');
  const paper = parsePaper(
    {
      id: doi,
      title: title.replace(WITHDRAWN_TITLE, '') || undefined,
      abstract: dropJatsMarks(text('abstract')) || undefined,
      authors: parseAuthors(text('authors')),
      organization: institution === '' || institution === 'NA' ? undefined : institution,
      published_on: isCalendarDay(text('date')) ? text('date') : undefined,
      url: `https://www.${server}.org/content/${doi}`,
      categories: category === '' ? [] : [`${server}:${category}`],
    },
    { source: server, today: day, usableAfterDays: 1, isLenient: true },
  );
  const isWithdrawn = WITHDRAWN_TITLE.test(title) || isWithdrawalNotice(paper.abstract);
  return {
    paper: isWithdrawn ? { ...paper, withdrawnOn: day } : paper,
    category,
    version: Number(text('version')) || 1,
  };
}

const VERSION = /v\d{1,3}$/;
const WITHDRAWN_TITLE = /^WITHDRAWN[:\s]\s*/;

/** Several times the longest abstract: looking for the end of a mark takes time. */
const MAX_MARKED_CHARS = 100_000;

/**
 * The API turns elements of the article's XML into marks: `O_ST_ABSBackgroundC_ST_ABS` is a
 * heading, `O_SCPLOWdC_SCPLOW` are small capitals, `O_FIG … C_FIG` is a figure with its caption.
 */
function dropJatsMarks(text: string): string {
  return text
    .slice(0, MAX_MARKED_CHARS)
    .replace(/O_(FIG|TBL)\b[\s\S]{0,5000}?C_\1\b/g, ' ')
    .replace(/O_ST_ABS([^_]{0,100})C_ST_ABS/g, ' $1: ')
    .replace(/[OC]_SCP(?:LOW|CAP)/g, '')
    .replace(/[OC]_(?:LI|ST_ABS|FIG|TBL|FLOATNO|TABLECAPTION|TEXTBOX|QD)/g, ' ');
}

/** `Lovelace, A.; Babbage, C. G.;` as `A. Lovelace` and `C. G. Babbage`. */
function parseAuthors(text: string): string[] {
  return text
    .split(';')
    .map((name) => {
      const [family = '', given = ''] = name.split(',', 2).map((part) => part.trim());
      return `${given} ${family}`.trim();
    })
    .filter((name) => name !== '');
}
