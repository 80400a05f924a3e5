import { Temporal } from 'temporal-polyfill';
import { ARXIV_ZONE } from './announcement.ts';
import { type Brought, isThere } from './expected-lists.ts';
import { hasDays, madeAt, nextMadeAt, type Rhythm, todayOf } from './rhythm.ts';
import { addDays, dayOf, momentAt, type TimeOfDay } from './schedule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How often a list that fills all day is looked at: votes and new papers come with it. */
const ALL_DAY_MS = HOUR_MS;
/** How often one of no day is: a file, what is trending. */
const NO_DAY_MS = 3 * HOUR_MS;
/** How often one is that is expected and not there. */
const AWAITED_MS = 20 * MINUTE_MS;
/** How long before composing a list that filled all day before is looked at for the last time. */
const LAST_LOOK_MS = 20 * MINUTE_MS;
/** One that is not there by then, in hours of New York, does not come that day. */
const GIVE_UP_HOUR = 12;

/** What is known when the next time is chosen. */
export interface Answered extends Brought {
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
export function nextFetchAt(source: Rhythm, asking: Answered): Date {
  const { now, composeAt, random } = asking;
  if (!hasDays(source, now)) return after(now, NO_DAY_MS * spread(random));
  if (isAwaited(source, asking)) return after(now, AWAITED_MS * spread(random));
  if (source.usableAfterDays === 0) return after(nextMadeAt(now), 5 * MINUTE_MS * random);
  const usual = after(now, ALL_DAY_MS * spread(random));
  const last = nextLastLook(now, composeAt);
  return last < usual ? last : usual;
}

/** Whether a list that should be there by now is not. */
function isAwaited(source: Rhythm, asking: Answered): boolean {
  const { now, brought } = asking;
  if (source.usableAfterDays === 1) {
    const yesterday = addDays(dayOf(now), -1);
    return source.listsOn(yesterday) && !isThere(source, yesterday, asking);
  }
  const day = todayOf(source, now);
  if (!source.listsOn(day) || brought.has(day)) return false;
  return now >= madeAt(day) && hourInNewYork(now) < GIVE_UP_HOUR;
}

function nextLastLook(now: Date, composeAt: TimeOfDay): Date {
  for (let days = 0; ; days += 1) {
    const day = addDays(dayOf(now), days);
    const composing = momentAt(day, composeAt).getTime();
    const at = new Date(Math.max(Date.parse(`${day}T00:01:00Z`), composing - LAST_LOOK_MS));
    if (at > now) return at;
  }
}

function hourInNewYork(now: Date): number {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(ARXIV_ZONE).hour;
}

function after(from: Date, delayMs: number): Date {
  return new Date(Math.round(from.getTime() + delayMs));
}

/** ±10 %. */
function spread(random: number): number {
  return 0.9 + 0.2 * random;
}

const FIRST_RETRY_MS = 2 * MINUTE_MS;
/** While a digest waits for papers, this must fit into its wait several times. */
const LAST_RETRY_MS = 30 * MINUTE_MS;
/** One that asks for patience gets at least this, as arXiv wants it: sooner it would not be asked anyway. */
const BUSY_MS = 10 * MINUTE_MS;

/** When to ask a source again that failed `failures` times in a row: after 2 minutes, doubling up to
 *  30, each ±10 %, and when it asked for patience no sooner than that says, after 10 minutes at least. */
export function retryFetchAt({
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
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1), LAST_RETRY_MS);
  const patienceMs = isBusy ? Math.max(retryAfterMs ?? 0, BUSY_MS) : 0;
  return after(now, Math.max(delayMs * spread(random), patienceMs));
}
