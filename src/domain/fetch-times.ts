import { Temporal } from 'temporal-polyfill';
import type { DigestKind } from './digest.ts';
import type { Source } from './fetched.ts';
import { addDays, dayOf, usableDays } from './schedule.ts';

/** A time of day, UTC. */
export interface TimeOfDay {
  hour: number;
  minute: number;
}

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
/** A list that is there at once is made at midnight in New York (arXiv's feeds); it takes some minutes. */
const AFTER_MIDNIGHT_MINUTES = 20;
/** One that is not there by then, in hours of New York, does not come that day. */
const GIVE_UP_HOUR = 12;
const NEW_YORK = 'America/New_York';

export interface Asking {
  now: Date;
  composeAt: TimeOfDay;
  /** The days of which the source brought a list in the last week. */
  brought: ReadonlySet<string>;
  /** Those of whose list it told something once they were over. @defaultValue all */
  whole?: ReadonlySet<string>;
  /** Those of which it said, once they were over, that there is nothing. @defaultValue none */
  empty?: ReadonlySet<string>;
}

/** What its times hang on. */
export type Rhythm = Pick<Source, 'usableAfterDays' | 'listsOn'>;

/**
 * When to ask a source again after it answered. One of lists of no day: every three hours. One that fills all day: every hour, and shortly before
 * composing for the list of the day before. One that is there at once: when it is made. In both cases
 * every 20 minutes while a list that is expected by now is not there. `random` is 0 to 1 and spreads
 * installations over some minutes.
 */
export function nextFetchAt(source: Rhythm, asking: Asking & { random: number }): Date {
  const { now, composeAt, random } = asking;
  if (!hasDays(source, now)) return after(now, NO_DAY_MS * spread(random));
  if (isAwaited(source, asking)) return after(now, AWAITED_MS * spread(random));
  if (source.usableAfterDays === 0) return after(nextMadeAt(now), 5 * MINUTE_MS * random);
  const usual = after(now, ALL_DAY_MS * spread(random));
  const last = nextLastLook(now, composeAt);
  return last < usual ? last : usual;
}

/** Whether its lists are those of days: then it has one of some day in a fortnight. */
function hasDays(source: Rhythm, now: Date): boolean {
  return Array.from({ length: 14 }, (_, n) => addDays(dayOf(now), -n)).some((day) =>
    source.listsOn(day),
  );
}

/** Whether a source brought the list of a day; of one that fills all day, all of it. */
export function isThere(
  { usableAfterDays }: Rhythm,
  day: string,
  { brought, whole }: Pick<Asking, 'brought' | 'whole'>,
): boolean {
  return brought.has(day) && (usableAfterDays === 0 || (whole?.has(day) ?? true));
}

/** Whether a list that should be there by now is not. */
function isAwaited(source: Rhythm, asking: Asking): boolean {
  const { now, brought } = asking;
  if (source.usableAfterDays === 1) {
    const yesterday = addDays(dayOf(now), -1);
    return source.listsOn(yesterday) && !isThere(source, yesterday, asking);
  }
  const day = todayOf(source, now);
  if (!source.listsOn(day) || brought.has(day)) return false;
  return now >= madeAt(day) && newYork(now).hour < GIVE_UP_HOUR;
}

function nextLastLook(now: Date, composeAt: TimeOfDay): Date {
  for (let days = 0; ; days += 1) {
    const day = addDays(dayOf(now), days);
    const composing = composingOn(day, composeAt).getTime();
    const at = new Date(Math.max(Date.parse(`${day}T00:01:00Z`), composing - LAST_LOOK_MS));
    if (at > now) return at;
  }
}

/** When the list of `day` is there, if it is made at midnight in New York. */
function madeAt(day: string): Date {
  const plainTime = { hour: 0, minute: AFTER_MIDNIGHT_MINUTES };
  const at = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: NEW_YORK, plainTime });
  return new Date(at.epochMilliseconds);
}

function nextMadeAt(now: Date): Date {
  const day = newYork(now).toPlainDate().toString();
  const today = madeAt(day);
  return today > now ? today : madeAt(addDays(day, 1));
}

function newYork(now: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(NEW_YORK);
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

/** Days back of which missed lists are asked for again: older papers come into no digest any more. */
const CATCH_UP_DAYS = 4;

/**
 * The days whose lists to ask a source for, null for a list of no day: today's; of one that fills all day
 * also yesterday's until it is composed; then those of the last days that were missed. At first those
 * since the newest that can be expected.
 */
export function daysToAsk(source: Rhythm, asking: Asking): (string | null)[] {
  const { now, composeAt, brought, empty } = asking;
  if (!hasDays(source, now)) return [null];
  const today = todayOf(source, now);
  const isMissing = (day: string) => source.listsOn(day) && !brought.has(day);
  const past = Array.from({ length: CATCH_UP_DAYS }, (_, n) => addDays(today, -n - 1));
  if (brought.size === 0) {
    const newest = past.findIndex((day) => source.listsOn(day));
    return [today, ...past.slice(0, newest + 1)];
  }
  const missed = past.filter((day) => isMissing(day) && !empty?.has(day));
  const [yesterday = today, ...older] = past;
  const isOpen =
    source.usableAfterDays === 1 &&
    (now < composingOn(today, composeAt) ||
      (source.listsOn(yesterday) && !isThere(source, yesterday, asking)));
  if (!isOpen) return [today, ...missed];
  return [yesterday, today, ...missed.filter((day) => older.includes(day))];
}

function todayOf({ usableAfterDays }: Rhythm, now: Date): string {
  return usableAfterDays === 1 ? dayOf(now) : newYork(now).toPlainDate().toString();
}

function composingOn(day: string, { hour, minute }: TimeOfDay): Date {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCHours(hour, minute);
  return at;
}

/** How long after composing is due a list may be made to be one that composing waits for, in ms. */
const MADE_SOON_MS = HOUR_MS;

/**
 * The day of the list that a digest expects from a source, or null when there is none that day. `from`
 * is when composing is due: a list that is made long after that comes with the next digest.
 */
export function expectedDay(
  source: Rhythm,
  { kind, date, from }: { kind: DigestKind; date: string; from: Date },
): string | null {
  const { last } = usableDays(kind, date);
  const newest = addDays(last, -source.usableAfterDays);
  const isThere = (day: string) =>
    source.usableAfterDays === 1 || madeAt(day).getTime() <= from.getTime() + MADE_SOON_MS;
  if (kind === 'daily') return source.listsOn(newest) && isThere(newest) ? newest : null;
  const week = Array.from({ length: 7 }, (_, n) => addDays(newest, -n));
  return week.find((day) => source.listsOn(day)) ?? null;
}
