import { Temporal } from 'temporal-polyfill';
import { addDays, type TimeOfDay, toUtcDay, toUtcMoment } from '../time/schedule.ts';
import { HOUR_MS, MINUTE_MS } from '../time/units.ts';
import { ARXIV_TIMEZONE } from './arxiv-calendar.ts';
import { hasCompleteList, type ListHistory } from './expected-lists.ts';
import {
  getNextPublicationTime,
  getPublicationTime,
  getSourceToday,
  hasDatedLists,
  type PublishingSchedule,
} from './publishing-schedule.ts';

/** Fetch interval of a list that grows all day, for its new papers and votes. */
const DATED_LIST_INTERVAL_MS = HOUR_MS;
/** Fetch interval of an undated list: a file, or what is trending. */
const UNDATED_LIST_INTERVAL_MS = 3 * HOUR_MS;
/** Fetch interval while an expected list is missing. */
const OVERDUE_LIST_INTERVAL_MS = 20 * MINUTE_MS;
/** The last fetch of yesterday's list happens this long before composing. */
const FINAL_FETCH_LEAD_MS = 20 * MINUTE_MS;
/** The hour in New York after which a missing list will not come that day. */
const OVERDUE_CUTOFF_HOUR = 12;

/** What decides when a source is fetched next. */
interface NextFetchInput extends ListHistory {
  now: Date;
  composeAt: TimeOfDay;
  /** 0 to 1. */
  random: number;
}

/**
 * When to fetch from a source again after a success:
 * - an undated list: every three hours;
 * - a list that grows all day: every hour, and shortly before composing for yesterday's list;
 * - a list published at once: when it is published. A dated list that is overdue is fetched every
 *   20 minutes. `random` spreads installations over some minutes.
 */
export function computeNextFetchTime(source: PublishingSchedule, input: NextFetchInput): Date {
  const { now, composeAt, random } = input;
  if (!hasDatedLists(source, now))
    return addMs(now, UNDATED_LIST_INTERVAL_MS * getJitterFactor(random));
  if (isListOverdue(source, input))
    return addMs(now, OVERDUE_LIST_INTERVAL_MS * getJitterFactor(random));
  if (source.usableAfterDays === 0)
    return addMs(getNextPublicationTime(now), 5 * MINUTE_MS * random);
  const regularFetchAt = addMs(now, DATED_LIST_INTERVAL_MS * getJitterFactor(random));
  const finalFetchAt = computeFinalFetchTime(now, composeAt);
  return finalFetchAt < regularFetchAt ? finalFetchAt : regularFetchAt;
}

/** Whether a list that should be published by now is missing. */
function isListOverdue(source: PublishingSchedule, input: NextFetchInput): boolean {
  const { now, listedDays } = input;
  if (source.usableAfterDays === 1) {
    const yesterday = addDays(toUtcDay(now), -1);
    return source.listsOn(yesterday) && !hasCompleteList(source, yesterday, input);
  }
  const day = getSourceToday(source, now);
  if (!source.listsOn(day) || listedDays.has(day)) return false;
  return now >= getPublicationTime(day) && getHourInNewYork(now) < OVERDUE_CUTOFF_HOUR;
}

function computeFinalFetchTime(now: Date, composeAt: TimeOfDay): Date {
  for (let days = 0; ; days += 1) {
    const day = addDays(toUtcDay(now), days);
    const composeAtMs = toUtcMoment(day, composeAt).getTime();
    const at = new Date(
      Math.max(Date.parse(`${day}T00:01:00Z`), composeAtMs - FINAL_FETCH_LEAD_MS),
    );
    if (at > now) return at;
  }
}

function getHourInNewYork(now: Date): number {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(ARXIV_TIMEZONE)
    .hour;
}

function addMs(from: Date, delayMs: number): Date {
  return new Date(Math.round(from.getTime() + delayMs));
}

/** 0.9 to 1.1. */
function getJitterFactor(random: number): number {
  return 0.9 + 0.2 * random;
}

const MIN_RETRY_DELAY_MS = 2 * MINUTE_MS;
/** Short enough for several retries while a digest waits for papers. */
const MAX_RETRY_DELAY_MS = 30 * MINUTE_MS;
/** At least the back-off that arXiv's crawl policy enforces anyway. */
const MIN_BUSY_BACKOFF_MS = 10 * MINUTE_MS;

/** When to retry a source after `failures` failures in a row: after 2 minutes, doubling up to 30,
 *  each ±10 %. A busy source is left alone for 10 minutes at least, or as long as it asks for. */
export function computeFetchRetryTime({
  now,
  failures,
  isBusy,
  retryAfterMs,
  random,
}: {
  now: Date;
  failures: number;
  /** The source answered 429 or 503. */
  isBusy: boolean;
  /** The delay of `Retry-After`; null without one. */
  retryAfterMs: number | null;
  random: number;
}): Date {
  const delayMs = Math.min(MIN_RETRY_DELAY_MS * 2 ** Math.max(0, failures - 1), MAX_RETRY_DELAY_MS);
  const backoffMs = isBusy ? Math.max(retryAfterMs ?? 0, MIN_BUSY_BACKOFF_MS) : 0;
  return addMs(now, Math.max(delayMs * getJitterFactor(random), backoffMs));
}
