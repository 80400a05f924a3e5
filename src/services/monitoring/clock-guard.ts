import { ALERT_COPY } from '../../copy/en/alerts.ts';
import type { Db } from '../../db/client.ts';
import { measureClockSkewMs } from '../../db/monitoring/status.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { type Clock, MAX_CLOCK_SKEW_MS } from '../../domain/time/clock.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Log } from './log.ts';

/** Compares the clock of this process with that of the database. With a clock that is far off,
 *  deliveries would expire for good and digests be composed on the wrong day. */
export interface ClockGuard {
  /** Whether the two agree, so that this process may claim, compose, expire and remove. Needs no
   *  database: a clock that was set is noticed at once. */
  isRight(): boolean;
  /** The time of the database, computed from what it said last; until then, the clock itself. */
  databaseClock: Clock;
  /** Notes the time of the database, asked at `requestedMs` of monotonic time and answered now. */
  note(databaseTime: Date, requestedMs: number): void;
  /** Asks the database for its time and notes it. */
  measure(): Promise<void>;
  /** Measures now and then until `stop`. */
  start(): Promise<{ stop: () => void }>;
  /** Has `listener` called when a measurement changes whether the clock is right, and at once when
   *  the last one found it wrong. */
  onChange(listener: (isRight: boolean) => void): void;
}

interface ClockGuardDeps {
  clock: Clock;
  /** Monotonic time, in ms. */
  elapsedMs: () => number;
  readDatabaseTime: () => Promise<Date>;
  /** Creates alerts that are dated by a clock. */
  createAlerts: (clock: Clock) => Alerts;
  log: Log;
  /** The machine of this process, for the operator. */
  machine: string;
}

/** Less than the minute in which work goes on once the clock is right again. */
const MEASURE_INTERVAL_MS = 20_000;

/** How often the alert is raised again while the clock is wrong, in ms. The monitor ends one that
 *  no process has raised for a while. */
const RAISE_INTERVAL_MS = MINUTE_MS;

/** Guards a process whose `clock` is that of its machine, with a database on a server. */
export function createClockGuard(deps: ClockGuardDeps): ClockGuard {
  const { clock, elapsedMs, readDatabaseTime, log, machine } = deps;
  /** The time of the database minus monotonic time, in ms; null before the first measurement. */
  let offsetMs: number | null = null;
  let wasRight: boolean | null = null;
  let raisedAt = Number.NEGATIVE_INFINITY;
  const listeners: ((isRight: boolean) => void)[] = [];

  const databaseClock: Clock = () =>
    offsetMs === null ? clock() : new Date(offsetMs + elapsedMs());
  const skewMs = () => clock().getTime() - databaseClock().getTime();
  const isRight = () => Math.abs(skewMs()) <= MAX_CLOCK_SKEW_MS;
  const alerts = deps.createAlerts(databaseClock);
  const onError = (err: unknown) => log('warn', 'alert about the clock failed', { err });

  const note = (databaseTime: Date, requestedMs: number) => {
    offsetMs = databaseTime.getTime() - (requestedMs + elapsedMs()) / 2;
    const isRightNow = isRight();
    const sentence = ALERT_COPY.clockSkew(machine, skewMs());
    const isChanged = isRightNow !== (wasRight ?? true);
    if (isChanged && isRightNow) log('info', 'the clock agrees with the database again', {});
    if (isChanged && !isRightNow) log('error', sentence, { skewMs: Math.round(skewMs()) });
    const alert = { kind: 'clock-skew', subject: machine } as const;
    // Also at the first measurement: a process before this one may have raised the alert.
    if (isRightNow && wasRight !== true) alerts.end(alert).catch(onError);
    if (!isRightNow && elapsedMs() - raisedAt >= RAISE_INTERVAL_MS) {
      raisedAt = elapsedMs();
      alerts.raise({ ...alert, sentence }).catch(onError);
    }
    if (isRightNow) raisedAt = Number.NEGATIVE_INFINITY;
    wasRight = isRightNow;
    if (isChanged) for (const listener of listeners) listener(isRightNow);
  };

  const measure = async () => {
    const requestedMs = elapsedMs();
    note(await readDatabaseTime(), requestedMs);
  };

  return {
    isRight,
    databaseClock,
    note,
    measure,
    start: async () => {
      const attempt = () =>
        measure().catch((err) => log('warn', 'the clock was not compared', { err }));
      await attempt();
      const timer = setInterval(attempt, MEASURE_INTERVAL_MS);
      return { stop: () => clearInterval(timer) };
    },
    onChange: (listener) => {
      listeners.push(listener);
      if (wasRight === false) listener(false);
    },
  };
}

/** Compares once, for a command. @throws PaperboyError `CLOCK_SKEW`. */
export async function assertClocksAgree(db: Db, clock: Clock): Promise<void> {
  if (Math.abs(await measureClockSkewMs(db, clock)) > MAX_CLOCK_SKEW_MS)
    throw createClockSkewError();
}

/** Thrown by commands that would do harm with a wrong clock. */
export function createClockSkewError(): PaperboyError {
  return new PaperboyError(
    'CLOCK_SKEW',
    'The clock of this machine and that of the database differ by more than a minute. Synchronise both by NTP, then try again: “paperboy doctor” compares them.',
  );
}

/** The guard of a process whose clock is right by definition: one with an embedded database, whose
 *  clock is the same, or one that was given another clock than its machine's. */
export function trustClock(clock: Clock): ClockGuard {
  return {
    isRight: () => true,
    databaseClock: clock,
    note: () => undefined,
    measure: async () => undefined,
    start: async () => ({ stop: () => undefined }),
    onChange: () => undefined,
  };
}
