import { ERROR_COPY } from '../../copy/en/pages/errors.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { NUL } from '../../domain/text/clean-text.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { isCalendarDay } from '../../domain/time/schedule.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import type { PaperSearch } from '../../services/papers/search-papers.ts';

import type { PaperQuery } from '../schemas.ts';

/** Parses the query of a list of papers; empty fields are ignored.
 *  @throws PaperboyError `INVALID_QUERY` naming the value and what was expected. */
export function parsePaperQuery(
  { date, topic, q, page }: PaperQuery,
  topics: readonly Topic[],
): PaperSearch {
  const text = q?.replaceAll(NUL, ' ').trim();
  if (date && !isCalendarDay(date)) throwInvalidQuery('date', date, ERROR_COPY.expected.day);
  if (topic && !topics.some(({ slug }) => slug === topic)) {
    throwInvalidQuery('topic', topic, ERROR_COPY.expected.oneOf(topics.map(({ slug }) => slug)));
  }
  return {
    ...(date && { date }),
    ...(topic && { topic }),
    ...(text && { text }),
    page: parsePageNumber(page),
  };
}

/** Parses a page number; 1 when absent. @throws PaperboyError `INVALID_QUERY`. */
export function parsePageNumber(page: string | undefined): number {
  if (page && !/^[1-9]\d{0,5}$/.test(page)) {
    throwInvalidQuery('page', page, ERROR_COPY.expected.page);
  }
  return Number(page || 1);
}

/** Parses a month, `YYYY-MM`; null when absent. @throws PaperboyError `INVALID_QUERY`. */
export function parseMonth(month: string | undefined): string | null {
  if (month && !isCalendarDay(`${month}-01`))
    throwInvalidQuery('month', month, ERROR_COPY.expected.month);
  return month || null;
}

function throwInvalidQuery(name: string, value: string, expected: string): never {
  throw new PaperboyError(
    'INVALID_QUERY',
    ERROR_COPY.invalidQuery({ name, value: truncateInput(value), expected }),
  );
}
