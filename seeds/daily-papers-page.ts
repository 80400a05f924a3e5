/** A paper in the format of `paperboy papers import`. Days are `YYYY-MM-DD`. */
export interface SeedPaper {
  title: string;
  abstract: string;
  author_count?: number;
  organization?: string;
  published_on?: string;
  listed_on: string;
  comments: number;
}

/** The day of the saved page, which has only `May 8`. */
export const SEED_DAY = '2026-05-08';

/** The content of `seeds/papers.json` for a saved page. */
export function formatSeedPapers(page: string): string {
  return `${JSON.stringify(parseDailyPapersPage(page, { listedOn: SEED_DAY }), null, 2)}\n`;
}

/**
 * The papers of a saved "Daily Papers" page, in its order. `listedOn` is the day of the page; dates
 * without a year get its year. Titles and abstracts are only trimmed, because the import cleans them.
 * @throws Error when the page has another structure.
 */
export function parseDailyPapersPage(
  page: string,
  { listedOn }: { listedOn: string },
): SeedPaper[] {
  const paragraphs = paragraphsBelowBanner(page, listedOn);
  const papers: SeedPaper[] = [];
  while (paragraphs.length > 0) papers.push(takePaper(paragraphs, listedOn));
  return papers;
}

/** The banner ends with the day of the page, such as `May 8`. */
function paragraphsBelowBanner(page: string, listedOn: string): string[] {
  const paragraphs = page
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
  const bannerEnd = paragraphs.findIndex((paragraph) => dayOf(paragraph, listedOn) === listedOn);
  if (bannerEnd === -1) throw new Error(`The page does not have its day ${listedOn}`);
  return paragraphs.slice(bannerEnd + 1);
}

function takePaper(paragraphs: string[], listedOn: string): SeedPaper {
  const [title, abstract] = paragraphs.splice(0, 2);
  if (title === undefined || abstract === undefined || isByline(title) || isByline(abstract)) {
    throw new Error(`Expected a title and an abstract, found "${title}" and "${abstract}"`);
  }
  const byline = paragraphs[0] !== undefined && isByline(paragraphs[0]) ? paragraphs.shift() : null;
  const paper = { title, abstract, listed_on: listedOn, comments: 0 };
  return byline ? { ...paper, ...parseByline(byline, listedOn) } : paper;
}

/** A byline has three lines: the authors, a middle dot, and the date. */
function isByline(paragraph: string): boolean {
  return paragraph.split('\n')[1]?.trim() === '·';
}

type Byline = Pick<SeedPaper, 'author_count' | 'organization' | 'published_on' | 'comments'>;

function parseByline(byline: string, listedOn: string): Byline {
  const [who = '', , when = ''] = byline.split('\n').map((line) => line.trim());
  const dated = /^(\w+ \d{1,2}(?:, \d{4})?)(?: (\d+))?$/.exec(when);
  const publishedOn = dated?.[1] === undefined ? null : dayOf(dated[1], listedOn);
  if (publishedOn === null)
    throw new Error(`Expected a day such as "Dec 1, 2025 2", found "${when}"`);
  return { ...parseWho(who), published_on: publishedOn, comments: Number(dated?.[2] ?? 0) };
}

/** Parses `• 5 authors`, or the handle of an organization (without spaces) and its full name. */
function parseWho(who: string): Pick<SeedPaper, 'author_count' | 'organization'> {
  const count = /^• (\d+) authors?$/.exec(who)?.[1];
  if (count !== undefined) return { author_count: Number(count) };
  const fullName = /^\S+ (\S.*)$/.exec(who)?.[1];
  if (fullName === undefined)
    throw new Error(`Expected authors or an organization, found "${who}"`);
  return { organization: fullName };
}

/** `Dec 1, 2025` → `2025-12-01`, by default in the year of `listedOn`; null for other text. */
function dayOf(text: string, listedOn: string): string | null {
  const [, monthName = '', day = '', year] = /^(\w{3}) (\d{1,2})(?:, (\d{4}))?$/.exec(text) ?? [];
  const month = MONTHS.indexOf(monthName) + 1;
  if (month === 0) return null;
  return `${year ?? listedOn.slice(0, 4)}-${twoDigits(month)}-${twoDigits(Number(day))}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

const MONTHS: readonly string[] = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
];
