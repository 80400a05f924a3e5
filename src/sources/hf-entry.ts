import type { ListedPaper } from '../domain/paper.ts';
import { readPaper } from '../domain/paper-input.ts';
import { isDay } from '../domain/schedule.ts';

/** Where papers of Daily Papers say that they are from: days, weeks and months are views of one list. */
export const HF_ORIGIN = 'hf-daily';

/** How entries of a list are dated. */
export interface HfListing {
  source: string;
  /** Of papers that tell none. */
  day: string;
  /** The last on which any can have been listed. @defaultValue `day` */
  lastDay?: string;
  usableAfterDays: 0 | 1;
  /** Whether papers are listed on the day that they tell, or all on `day`. */
  keepsDays: boolean;
}

/**
 * One entry of Hugging Face's list. Votes stand inside, comments outside; the listing day is
 * `submittedOnDailyAt`, because `publishedAt` has meant different days.
 * @throws PaperboyError `INVALID_PAPER`.
 */
export function readHfEntry(
  entry: unknown,
  { source, day, lastDay = day, usableAfterDays, keepsDays }: HfListing,
): ListedPaper {
  const outer = objectIn(entry);
  const inner = 'paper' in outer ? objectIn(outer.paper) : outer;
  const authors = listIn(inner.authors).map(objectIn);
  const organization = objectIn(outer.organization ?? inner.organization);
  const listed = keepsDays ? dayIn(inner.submittedOnDailyAt) : undefined;
  const withdrawnOn = dayIn(inner.withdrawnAt);
  const paper = readPaper(
    {
      id: inner.id,
      title: inner.title ?? outer.title,
      abstract: inner.summary ?? outer.summary,
      authors: authors.filter(({ hidden }) => hidden !== true).map(({ name }) => name),
      author_count: authors.length || undefined,
      organization: organization.fullname ?? organization.name,
      published_on: dayIn(inner.publishedAt),
      listed_on: listed !== undefined && listed <= lastDay ? listed : undefined,
      upvotes: inner.upvotes,
      comments: outer.numComments ?? inner.numComments,
      code_url: inner.githubRepo ?? outer.githubRepo,
    },
    { source, today: day, usableAfterDays, isLoose: true },
  );
  return withdrawnOn === undefined ? paper : { ...paper, withdrawnOn };
}

function objectIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The day of `2026-05-08T07:30:00.000Z`. */
function dayIn(value: unknown): string | undefined {
  const day = typeof value === 'string' ? value.slice(0, 10) : '';
  return isDay(day) ? day : undefined;
}
