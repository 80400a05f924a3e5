import { findCodeUrl } from './code-link.ts';
import { PaperboyError } from './errors.ts';
import type { ListedPaper, Paper } from './paper.ts';
import { paperId } from './paper-id.ts';
import { addDays, isDay } from './schedule.ts';
import { showJson } from './show-json.ts';
import { cleanText } from './text.ts';

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
}

const MAX_ID = 200;
const MAX_TITLE = 1000;
const MAX_ABSTRACT = 20_000;
const MAX_AUTHORS = 5000;
const MAX_NAME = 1000;
/** In characters, percent-encoded. */
const MAX_URL = 800;
const MAX_COUNT = 2_000_000_000;

export interface Reading {
  /** Where the entry is from. */
  source: string;
  /** When it was listed, unless it says another day. */
  today: string;
  /** How many days after its listing it may be used. @defaultValue 0 */
  usableAfterDays?: number;
  /** Take what cannot be read for absent, but for id, title and abstract: what others publish changes
   *  without notice. @defaultValue false */
  isLoose?: boolean;
}

/**
 * One entry of a file of papers as the paper that is stored: cleaned, keyed, with `today` as the day
 * it was listed unless it says another. Fields it does not know are passed over; `null` is absent.
 * @throws PaperboyError `INVALID_PAPER` naming the field, the value and what was expected.
 */
export function readPaper(
  entry: unknown,
  { source, today, usableAfterDays = 0, isLoose = false }: Reading,
): ListedPaper {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    refuse(`${show(entry)} is no paper: expected an object with title and abstract`);
  }
  const field = fieldsOf(entry as Record<string, unknown>, isLoose);
  const title = field('title', (value) => words(value, MAX_TITLE));
  const abstract = field('abstract', (value) => words(value, MAX_ABSTRACT));
  if (title === undefined) refuse('title is missing: expected the words of the title');
  if (abstract === undefined) refuse('abstract is missing: expected the words of the abstract');
  const given = field('id', (value) => words(value, MAX_ID));
  const id = paperId({ source, id: given, title });
  if (id.length > MAX_ID)
    refuse(`id is ${show(given)}: expected at most ${MAX_ID} characters with the source`);
  const authors = field('authors', authorList) ?? [];
  const listedOn = field('listed_on', day) ?? today;
  return {
    id,
    source,
    title,
    abstract,
    authors,
    authorCount: field('author_count', count) ?? (authors.length > 0 ? authors.length : null),
    organization: field('organization', (value) => words(value, 300)) ?? null,
    publishedOn: field('published_on', day) ?? null,
    listedOn,
    usableOn: usableAfterDays === 0 ? listedOn : addDays(listedOn, usableAfterDays),
    upvotes: field('upvotes', count) ?? null,
    comments: field('comments', count) ?? null,
    url: field('url', webAddress) ?? null,
    codeUrl: field('code_url', webAddress) ?? findCodeUrl(abstract),
  };
}

/** A stored paper in the shape in which it can be imported again. */
export function writePaper(paper: Paper | ListedPaper): PaperInput {
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
  }).filter(([, value]) => value !== null);
  return Object.fromEntries(present) as unknown as PaperInput;
}

const NEEDED: readonly string[] = ['id', 'title', 'abstract'];

function fieldsOf(entry: Record<string, unknown>, isLoose: boolean) {
  return <Value>(
    name: keyof PaperInput,
    read: (value: unknown) => Value | string,
  ): Value | undefined => {
    const value = entry[name];
    if (value === undefined || value === null) return undefined;
    try {
      return read(value) as Value;
    } catch (error) {
      if (isLoose && !NEEDED.includes(name)) return undefined;
      return refuse(`${name} is ${show(value)}: expected ${(error as Error).message}`);
    }
  };
}

function words(value: unknown, max: number): string {
  const text = typeof value === 'string' ? cleanText(value) : '';
  if (text === '' || text.length > max) throw new Error(`a text of 1 to ${max} characters`);
  return text;
}

function authorList(value: unknown): string[] {
  const isList =
    Array.isArray(value) &&
    value.length <= MAX_AUTHORS &&
    value.every((name) => typeof name === 'string' && name.length <= MAX_NAME);
  if (!isList)
    throw new Error(`a list of at most ${MAX_AUTHORS} names of at most ${MAX_NAME} characters`);
  return (value as string[]).map(cleanText).filter((name) => name !== '');
}

function count(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT)
    return value;
  throw new Error('a whole number from 0 on');
}

function day(value: unknown): string {
  if (typeof value === 'string' && isDay(value)) return value;
  throw new Error('a day such as 2026-05-08');
}

function webAddress(value: unknown): string {
  const isWeb = typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
  const href = isWeb ? new URL(value).href : '';
  if (href === '' || href.length > MAX_URL)
    throw new Error(`an http or https address of at most ${MAX_URL} characters`);
  return href;
}

function show(value: unknown): string {
  const text = cleanText(showJson(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function refuse(message: string): never {
  throw new PaperboyError('INVALID_PAPER', `${message}.`);
}
