import { getMonday, isCalendarDay, toUtcDay } from '../../../domain/time/schedule.ts';
import { DAY_MS } from '../../../domain/time/units.ts';
import type { FixtureResponse } from './fixture-response.ts';
import { buildHfEntry } from './hf-documents.ts';
import type { ServedPaper } from './served-paper.ts';

/** Hugging Face's response to `GET /api/daily_papers`; null for other paths. */
export function respondAsHuggingFace(
  url: URL,
  papers: readonly ServedPaper[],
  now: Date,
): FixtureResponse | null {
  if (url.pathname !== '/api/daily_papers') return null;
  const params = url.searchParams;
  const date = params.get('date');
  if (date !== null && !(isCalendarDay(date) && date <= toUtcDay(now)))
    return createJsonResponse(400, { error: `Invalid date: "${date}"` });
  const limit = Math.min(Number(params.get('limit') ?? 50), 100);
  const page = Number(params.get('p') ?? 0);
  const listed = papers
    .filter((paper) => matchesParams(paper, params))
    .sort(createComparator(params));
  const entries = listed.slice(page * limit, (page + 1) * limit).map(buildHfEntry);
  const next = new URLSearchParams(params);
  next.set('p', String(page + 1));
  const hasMore = listed.length > (page + 1) * limit;
  return {
    ...createJsonResponse(200, entries),
    ...(hasMore && { link: `<${url.pathname}?${next}>; rel="next"` }),
  };
}

function matchesParams({ hfDay }: ServedPaper, params: URLSearchParams): boolean {
  if (hfDay === null) return false;
  const [date, week, month] = ['date', 'week', 'month'].map((name) => params.get(name));
  if (date) return hfDay === date;
  if (month) return hfDay.startsWith(month);
  return week ? getMonday(hfDay) === findMondayOfWeek(week) : true;
}

/** The Monday of a week such as `2026-W19`. Week 1 contains 4 January (ISO 8601). */
function findMondayOfWeek(week: string): string {
  const [year = '', number = ''] = week.split('-W');
  const first = Date.parse(`${getMonday(`${year}-01-04`)}T00:00:00Z`);
  return toUtcDay(new Date(first + (Number(number) - 1) * 7 * DAY_MS));
}

function createComparator(params: URLSearchParams): (a: ServedPaper, b: ServedPaper) => number {
  if (params.get('sort') === 'trending') return (a, b) => b.upvotes - a.upvotes;
  return (a, b) => b.submittedAt.getTime() - a.submittedAt.getTime() || (a.id < b.id ? -1 : 1);
}

function createJsonResponse(status: number, value: unknown): FixtureResponse {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
