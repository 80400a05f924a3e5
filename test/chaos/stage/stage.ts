import { launch, type Place, runWell } from '../../processes/support/paperboy.ts';
import type { Random } from '../../support/random.ts';
import { type Counts, check } from '../check.ts';
import type { CommitJudge } from '../postgres/proxy.ts';
import { DAY, MOST_IN_FLIGHT } from '../settings.ts';
import type { Sink } from '../smtp/sink.ts';
import type { Ledger } from './ledger.ts';
import { createSending, type Sending, type Status } from './sending.ts';
import type { Slot } from './slot.ts';

export type Pair = 'servers' | 'embedded';

/** Paperboy's processes with all that surrounds them, on a database of their own. */
export interface Stage {
  pair: Pair;
  random: Random;
  say(line: string): void;
  sink: Sink;
  /** Those who send: two workers on servers, or the one process of an embedded Paperboy. */
  slots: readonly Slot[];
  /** Settings for commands. */
  place: Place;
  /** Makes so many readers and composes the digest of `DAY` for them. */
  compose(readers: number): Promise<void>;
  sending: Sending;
  /** How many deliveries each kill so far left in the state `sending`. */
  sendingAtKills: number[];
  /** The tables. On the embedded pair Paperboy is stopped meanwhile and started again after. */
  withLedger<Result>(ask: (ledger: Ledger) => Promise<Result>): Promise<Result>;
  /** Judges what the processes on a slot commit; on servers alone. */
  judgeCommits(slot: Slot, judge: CommitJudge | null): void;
  /** Moves the wall clock of all processes; their timers go on as they were. */
  moveClock(offsetSeconds: number): Promise<void>;
  /** What processes said that ended without being told to. */
  crashes: string[];
  close(): Promise<void>;
}

/** What a scenario found. */
export interface Finding {
  counts: Counts | null;
  violations: string[];
  facts?: Record<string, number>;
}

/** Waits until everything is done with, then judges the promise. */
export async function settleAndCheck(
  stage: Stage,
  { swallowed = 0, timeoutMs = 150_000 } = {},
): Promise<Finding> {
  stage.sink.judgeBy(null);
  stage.sink.setDelay(0);
  for (const slot of stage.slots) stage.judgeCommits(slot, null);
  stage.sending.again();
  let status = await stage.sending.finish(timeoutMs);
  if ((status.states.deferred ?? 0) > 0) {
    await stage.withLedger((ledger) => ledger.hurryDeferred());
    stage.sending.again();
    status = await stage.sending.finish(timeoutMs);
  }
  return judge(stage, await statusOf(stage, status.date), swallowed);
}

/** Judges the promise as things are. */
export async function judge(stage: Stage, status: Status, swallowed = 0): Promise<Finding> {
  return stage.withLedger(async (ledger) =>
    check({
      audience: await ledger.audience(),
      rows: await ledger.deliveries(),
      acceptances: timesOf(stage.sink),
      status,
      sendingAtKills: stage.sendingAtKills,
      mostInFlight: MOST_IN_FLIGHT,
      swallowed,
    }),
  );
}

/** What `digest status` says. */
export async function statusOf(stage: Pick<Stage, 'place'>, date = DAY): Promise<Status> {
  return JSON.parse(await runWell(`digest status --json --date ${date}`, stage.place));
}

export function timesOf(sink: Sink): Map<string, number> {
  return new Map([...sink.acceptances].map(([email, list]) => [email, list.length]));
}

export { createSending, launch };
