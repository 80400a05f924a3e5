import { PaperboyError } from '../errors.ts';
import { cleanText } from '../text/clean-text.ts';
import { formatJson } from '../text/format-json.ts';
import { truncateInput } from '../text/truncate.ts';
import { addDays, isCalendarDay } from '../time/schedule.ts';
import { findCodeUrl } from './code-url.ts';
import { parseDoi } from './doi.ts';
import type { ListedPaper, Paper } from './paper.ts';
import { derivePaperId } from './paper-id.ts';
import type { SourceDetails } from './source-details.ts';

/** A paper as files and the API have it. */
export interface PaperInput {
  id?: string;
  title: string;
  abstract: string;
  authors?: string[];
  author_count?: number;
  organization?: string;
  published_on?: string;
  listed_on?: string;
  upvotes?: number;
  comments?: number;
  url?: string;
  code_url?: string;
  categories?: string[];
  /** A short text about the paper by `summary_by`. */
  summary?: string;
  summary_by?: string;
  keywords?: string[];
  project_url?: string;
  code_stars?: number;
  venue?: string;
  doi?: string;
}

const MAX_ID_CHARS = 200;
/** Percent-encoded: with the site's address and a token, a link fits a line of an email. */
const MAX_ENCODED_ID_CHARS = 600;
const MAX_TITLE_CHARS = 1000;
const MAX_ABSTRACT_CHARS = 20_000;
const MAX_AUTHORS = 5000;
const MAX_AUTHOR_NAME_CHARS = 1000;
/** In characters, percent-encoded. */
const MAX_URL_CHARS = 800;
const MAX_CATEGORIES = 20;
const MAX_CATEGORY_CHARS = 100;
const MAX_SUMMARY_CHARS = 1_000;
const MAX_SUMMARY_BY_CHARS = 100;
const MAX_KEYWORDS = 20;
const MAX_KEYWORD_CHARS = 80;
const MAX_VENUE_CHARS = 200;
const MAX_COUNT = 2_000_000_000;

export interface ParsePaperOptions {
  /** Name of the source. */
  source: string;
  /** The day it was listed on, unless the entry has another. */
  today: string;
  /** Days between its listing and its first possible digest. @defaultValue 0 */
  usableAfterDays?: number;
  /**
   * Treat unreadable fields as absent, except id, title and abstract: other people's formats change
   * without notice. @defaultValue false
   */
  isLenient?: boolean;
  /** Accept papers without an abstract, which is then empty. @defaultValue false */
  isAbstractOptional?: boolean;
}

/**
 * Parses one entry of a file of papers: cleaned, with its id, and listed on `today` unless it has
 * another day. Unknown fields are ignored; `null` means absent.
 * @throws PaperboyError `INVALID_PAPER` naming the field, the value and what was expected.
 */
export function parsePaper(
  entry: unknown,
  {
    source,
    today,
    usableAfterDays = 0,
    isLenient = false,
    isAbstractOptional = false,
  }: ParsePaperOptions,
): ListedPaper {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throwInvalidPaper(
      `${formatValue(entry)} is not a paper: expected an object with title and abstract`,
    );
  }
  const field = createFieldReader(entry as Record<string, unknown>, isLenient);
  const title = field('title', (value) => parseText(value, MAX_TITLE_CHARS));
  const abstract = field('abstract', (value) =>
    isAbstractOptional && isBlank(value) ? undefined : parseText(value, MAX_ABSTRACT_CHARS),
  );
  if (title === undefined) throwInvalidPaper('title is missing: expected the words of the title');
  if (abstract === undefined && !isAbstractOptional)
    throwInvalidPaper('abstract is missing: expected the words of the abstract');
  const given = field('id', (value) =>
    parseText(isLenient && typeof value === 'number' ? String(value) : value, MAX_ID_CHARS),
  );
  const id = derivePaperId({ source, id: given, title });
  if (id.length > MAX_ID_CHARS)
    throwInvalidPaper(
      `id is ${formatValue(given)}: expected at most ${MAX_ID_CHARS} characters with the source`,
    );
  if (encodeURIComponent(id).length > MAX_ENCODED_ID_CHARS)
    throwInvalidPaper(
      `id is ${formatValue(given)}: expected at most ${MAX_ENCODED_ID_CHARS} characters with the source in a URL, where a character that is not ASCII takes 6 to 12`,
    );
  const authors = field('authors', parseAuthors) ?? [];
  const listedOn = field('listed_on', parseDay) ?? today;
  return {
    id,
    source,
    title,
    abstract: abstract ?? '',
    authors,
    authorCount: field('author_count', parseCount) ?? (authors.length > 0 ? authors.length : null),
    organization: field('organization', (value) => parseText(value, 300)) ?? null,
    publishedOn: field('published_on', parseDay) ?? null,
    listedOn,
    usableOn: usableAfterDays === 0 ? listedOn : addDays(listedOn, usableAfterDays),
    upvotes: field('upvotes', parseCount) ?? null,
    comments: field('comments', parseCount) ?? null,
    url: field('url', parseWebUrl) ?? null,
    codeUrl: field('code_url', parseWebUrl) ?? findCodeUrl(abstract ?? ''),
    categories: field('categories', parseCategories) ?? [],
    details: parseDetails(field, isLenient),
  };
}

type FieldReader = ReturnType<typeof createFieldReader>;

function parseDetails(field: FieldReader, isLenient: boolean): SourceDetails {
  const summary = field('summary', (value) => parseText(value, MAX_SUMMARY_CHARS));
  const by = field('summary_by', (value) => parseText(value, MAX_SUMMARY_BY_CHARS));
  if (summary !== undefined && by === undefined && !isLenient)
    throwInvalidPaper('summary_by is missing: expected who wrote the summary');
  return {
    summary: summary === undefined || by === undefined ? null : { text: summary, by },
    keywords: field('keywords', parseKeywords) ?? [],
    projectUrl: field('project_url', parseWebUrl) ?? null,
    codeStars: field('code_stars', parseCount) ?? null,
    venue: field('venue', (value) => parseText(value, MAX_VENUE_CHARS)) ?? null,
    doi: field('doi', parseDoiField) ?? null,
  };
}

/** A stored paper in the import format. */
export function toPaperInput(paper: Paper | ListedPaper): PaperInput {
  const { details } = paper;
  const present = Object.entries({
    id: paper.id,
    title: paper.title,
    abstract: paper.abstract,
    authors: paper.authors,
    author_count: paper.authorCount,
    organization: paper.organization,
    published_on: paper.publishedOn,
    listed_on: paper.listedOn,
    upvotes: paper.upvotes,
    comments: paper.comments,
    url: paper.url,
    code_url: paper.codeUrl,
    categories: paper.categories.length > 0 ? paper.categories : null,
    summary: details.summary?.text ?? null,
    summary_by: details.summary?.by ?? null,
    keywords: details.keywords.length > 0 ? details.keywords : null,
    project_url: details.projectUrl,
    code_stars: details.codeStars,
    venue: details.venue,
    doi: details.doi,
  }).filter(([, value]) => value !== null);
  return Object.fromEntries(present) as unknown as PaperInput;
}

const REQUIRED_FIELDS: readonly string[] = ['id', 'title', 'abstract'];

function createFieldReader(entry: Record<string, unknown>, isLenient: boolean) {
  return <Value>(
    name: keyof PaperInput,
    read: (value: unknown) => Value | string,
  ): Value | undefined => {
    const value = entry[name];
    if (value === undefined || value === null) return undefined;
    try {
      return read(value) as Value;
    } catch (error) {
      if (isLenient && !REQUIRED_FIELDS.includes(name)) return undefined;
      return throwInvalidPaper(
        `${name} is ${formatValue(value)}: expected ${(error as Error).message}`,
      );
    }
  };
}

function parseText(value: unknown, max: number): string {
  const text = typeof value === 'string' ? cleanText(value) : '';
  if (text === '' || text.length > max) throw new Error(`a text of 1 to ${max} characters`);
  return text;
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && cleanText(value) === '';
}

function parseAuthors(value: unknown): string[] {
  const isList =
    Array.isArray(value) &&
    value.length <= MAX_AUTHORS &&
    value.every((name) => typeof name === 'string' && name.length <= MAX_AUTHOR_NAME_CHARS);
  if (!isList)
    throw new Error(
      `a list of at most ${MAX_AUTHORS} names of at most ${MAX_AUTHOR_NAME_CHARS} characters`,
    );
  return (value as string[]).map(cleanText).filter((name) => name !== '');
}

function parseCategories(value: unknown): string[] {
  const limits = { most: MAX_CATEGORIES, maxChars: MAX_CATEGORY_CHARS };
  return parseTexts(value, limits, 'categories', ', the primary one first');
}

function parseKeywords(value: unknown): string[] {
  const limits = { most: MAX_KEYWORDS, maxChars: MAX_KEYWORD_CHARS };
  return parseTexts(value, limits, 'keywords');
}

/** Different texts that are not blank. */
function parseTexts(
  value: unknown,
  { most, maxChars }: { most: number; maxChars: number },
  what: string,
  order = '',
): string[] {
  const isList =
    Array.isArray(value) &&
    value.length <= most &&
    value.every((each) => typeof each === 'string' && each.length <= maxChars);
  if (!isList)
    throw new Error(`a list of at most ${most} ${what} of at most ${maxChars} characters${order}`);
  const texts = (value as string[]).map(cleanText).filter((each) => each !== '');
  return [...new Set(texts)];
}

function parseDoiField(value: unknown): string {
  const doi = typeof value === 'string' ? parseDoi(value) : null;
  if (doi === null) throw new Error('a DOI such as 10.1103/PhysRevD.76.013009');
  return doi;
}

function parseCount(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT)
    return value;
  throw new Error('a whole number from 0 on');
}

function parseDay(value: unknown): string {
  if (typeof value === 'string' && isCalendarDay(value)) return value;
  throw new Error('a day such as 2026-05-08');
}

function parseWebUrl(value: unknown): string {
  const isWeb = typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
  const href = isWeb ? new URL(value).href : '';
  if (href === '' || href.length > MAX_URL_CHARS)
    throw new Error(`an http or https address of at most ${MAX_URL_CHARS} characters`);
  return href;
}

function formatValue(value: unknown): string {
  return truncateInput(formatJson(value));
}

function throwInvalidPaper(message: string): never {
  throw new PaperboyError('INVALID_PAPER', `${message}.`);
}
