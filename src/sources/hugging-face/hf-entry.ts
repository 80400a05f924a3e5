import type { ListedPaper } from '../../domain/papers/paper.ts';
import { parsePaper } from '../../domain/papers/paper-input.ts';
import { isCalendarDay } from '../../domain/time/schedule.ts';

/** The origin of all papers from Daily Papers: days, weeks and months are views of one list. */
export const HF_ORIGIN = 'hf-daily';

/** How to date the entries of a list. */
export interface HfListOptions {
  source: string;
  /** For entries without a day of their own. */
  day: string;
  /** The latest day that an entry may have been listed on. @defaultValue `day` */
  lastDay?: string;
  usableAfterDays: 0 | 1;
  /** Whether entries keep their own day; otherwise all are listed on `day`. */
  usesEntryDays: boolean;
}

/**
 * Parses an entry of Hugging Face's list. Votes are in the inner object, comments in the outer one.
 * The listing day is `submittedOnDailyAt`, since `publishedAt` has meant different days over time.
 * @throws PaperboyError `INVALID_PAPER`.
 */
export function parseHfEntry(
  entry: unknown,
  { source, day, lastDay = day, usableAfterDays, usesEntryDays }: HfListOptions,
): ListedPaper {
  const outer = asObject(entry);
  const inner = 'paper' in outer ? asObject(outer.paper) : outer;
  const authors = asArray(inner.authors).map(asObject);
  const organization = asObject(outer.organization ?? inner.organization);
  const listedDay = usesEntryDays ? parseDay(inner.submittedOnDailyAt) : undefined;
  const withdrawnOn = parseDay(inner.withdrawnAt);
  const paper = parsePaper(
    {
      id: inner.id,
      title: inner.title ?? outer.title,
      abstract: inner.summary ?? outer.summary,
      authors: authors.filter(({ hidden }) => hidden !== true).map(({ name }) => name),
      author_count: authors.length || undefined,
      organization: organization.fullname ?? organization.name,
      published_on: parseDay(inner.publishedAt),
      listed_on: listedDay !== undefined && listedDay <= lastDay ? listedDay : undefined,
      upvotes: inner.upvotes,
      comments: outer.numComments ?? inner.numComments,
      code_url: inner.githubRepo ?? outer.githubRepo,
      code_stars: inner.githubStars ?? outer.githubStars,
      project_url: inner.projectPage ?? outer.projectPage,
      summary: inner.ai_summary ?? outer.ai_summary,
      summary_by: 'Hugging Face',
      keywords: takeKeywords(inner.ai_keywords ?? outer.ai_keywords),
    },
    { source, today: day, usableAfterDays, isLenient: true },
  );
  return withdrawnOn === undefined ? paper : { ...paper, withdrawnOn };
}

/** Few and short ones: a list that is too long would count as none. */
function takeKeywords(value: unknown): unknown[] {
  return asArray(value)
    .filter((keyword) => typeof keyword === 'string' && keyword.length <= MAX_KEYWORD_CHARS)
    .slice(0, MAX_KEYWORDS);
}

const MAX_KEYWORDS = 20;
const MAX_KEYWORD_CHARS = 80;

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The day of `2026-05-08T07:30:00.000Z`. */
function parseDay(value: unknown): string | undefined {
  const day = typeof value === 'string' ? value.slice(0, 10) : '';
  return isCalendarDay(day) ? day : undefined;
}
