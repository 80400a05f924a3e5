import { PaperboyError } from '../../domain/errors.ts';
import { NUL } from '../../domain/text/clean-text.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { isCalendarDay } from '../../domain/time/schedule.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import type { PaperSearch } from '../../services/papers/search-papers.ts';

import type { PaperQuery } from '../schemas.ts';

/** What a list of papers is asked for; empty fields of a form ask for nothing.
 *  @throws PaperboyError `INVALID_QUERY` naming the value and what was expected. */
export function parsePaperQuery(
  { date, topic, q, page }: PaperQuery,
  topics: readonly Topic[],
): PaperSearch {
  const text = q?.replaceAll(NUL, ' ').trim();
  if (date && !isCalendarDay(date)) throwInvalidQuery('date', date, 'a day such as 2026-05-08');
  if (topic && !topics.some(({ slug }) => slug === topic)) {
    throwInvalidQuery('topic', topic, `one of ${topics.map(({ slug }) => slug).join(', ')}`);
  }
  return {
    ...(date && { date }),
    ...(topic && { topic }),
    ...(text && { text }),
    page: parsePageNumber(page),
  };
}

/** The number of a page, 1 when none is given. @throws PaperboyError `INVALID_QUERY`. */
export function parsePageNumber(page: string | undefined): number {
  if (page && !/^[1-9]\d{0,5}$/.test(page)) {
    throwInvalidQuery('page', page, 'a whole number from 1 to 999999');
  }
  return Number(page || 1);
}

/** The month, `YYYY-MM`, or null when none is given. @throws PaperboyError `INVALID_QUERY`. */
export function parseMonth(month: string | undefined): string | null {
  if (month && !isCalendarDay(`${month}-01`))
    throwInvalidQuery('month', month, 'a month such as 2026-05');
  return month || null;
}

function throwInvalidQuery(name: string, value: string, expected: string): never {
  throw new PaperboyError(
    'INVALID_QUERY',
    `${name} is “${truncateInput(value)}”: expected ${expected}.`,
  );
}
