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

/** How often a list that fills all day is looked at: votes and new papers come with it. */
const DATED_LIST_INTERVAL_MS = HOUR_MS;
/** How often one of no day is: a file, what is trending. */
const UNDATED_LIST_INTERVAL_MS = 3 * HOUR_MS;
/** How often one is that is expected and not there. */
const OVERDUE_LIST_INTERVAL_MS = 20 * MINUTE_MS;
/** How long before composing a list that filled all day before is looked at for the last time. */
const FINAL_FETCH_LEAD_MS = 20 * MINUTE_MS;
/** One that is not there by then, in hours of New York, does not come that day. */
const OVERDUE_CUTOFF_HOUR = 12;

/** What is known when the next time is chosen. */
export interface NextFetchInput extends ListHistory {
  now: Date;
  composeAt: TimeOfDay;
  /** 0 to 1. */
  random: number;
}

/**
 * When to ask a source again after it answered. One of lists of no day: every three hours. One that fills all
 * day: every hour, and shortly before composing for the list of the day before. One that is there at once:
 * when it is made. In the last two cases every 20 minutes while a list that is expected by now is not there.
 * `random` is 0 to 1 and spreads installations over some minutes.
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

/** Whether a list that should be there by now is not. */
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

/** ±10 %. */
function getJitterFactor(random: number): number {
  return 0.9 + 0.2 * random;
}

const MIN_RETRY_DELAY_MS = 2 * MINUTE_MS;
/** While a digest waits for papers, this must fit into its wait several times. */
const MAX_RETRY_DELAY_MS = 30 * MINUTE_MS;
/** One that asks for patience gets at least this, as arXiv wants it: sooner it would not be asked anyway. */
const MIN_BUSY_BACKOFF_MS = 10 * MINUTE_MS;

/** When to ask a source again that failed `failures` times in a row: after 2 minutes, doubling up to
 *  30, each ±10 %, and when it asked for patience no sooner than that says, after 10 minutes at least. */
export function computeFetchRetryTime({
  now,
  failures,
  isBusy,
  retryAfterMs,
  random,
}: {
  now: Date;
  failures: number;
  /** Whether it asked for patience, and for how long; null when it did not say. */
  isBusy: boolean;
  retryAfterMs: number | null;
  random: number;
}): Date {
  const delayMs = Math.min(MIN_RETRY_DELAY_MS * 2 ** Math.max(0, failures - 1), MAX_RETRY_DELAY_MS);
  const backoffMs = isBusy ? Math.max(retryAfterMs ?? 0, MIN_BUSY_BACKOFF_MS) : 0;
  return addMs(now, Math.max(delayMs * getJitterFactor(random), backoffMs));
}
