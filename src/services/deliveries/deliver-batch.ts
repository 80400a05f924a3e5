import type { BatchKey, DueBatch } from '../../db/deliveries/batches.ts';
import { type ClaimedDelivery, claimBatch } from '../../db/deliveries/transitions/claim.ts';
import {
  type ClaimOutcome,
  recordClaimOutcomes,
} from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { releaseBatch } from '../../db/deliveries/transitions/release.ts';
import { clearQuiet, markQuiet } from '../../db/subscribers/quiet-days.ts';
import type { Timers } from '../../relay/timers.ts';
import type { DigestContext, DigestContexts } from '../digests/digest-context.ts';
import { isDigestLost } from '../digests/lost-digest.ts';
import type { Log } from '../monitoring/log.ts';
import { measureDuration } from '../monitoring/measure-duration.ts';
import type { ReadyMail } from './attempt.ts';
import type { BatchHandle } from './batch-progress.ts';
import { applyDailyLimit } from './daily-limit.ts';
import type { InFlightWindow } from './in-flight-window.ts';
import { type PrepareDeps, prepareBatch } from './prepare-batch.ts';
import { retryTransient, type Sleep } from './retry-transient.ts';

interface DeliverDeps extends PrepareDeps {
  digestContexts: DigestContexts;
  window: InFlightWindow;
  /** Messages in 24 hours; null: no limit. */
  dailyLimit: number | null;
  /** Whether any relay is available. */
  isRelayOpen: () => boolean;
  /** Batches that this process sends now, by their names and leases. The claim does not exclude
   *  them: a lease may claim its own batches again. */
  activeBatches: Map<string, Promise<unknown>>;
  sleep: Sleep;
  timers: Timers;
  log: Log;
  /** Called with the duration of the claim statement, in seconds. */
  onClaim?: (seconds: number) => void;
  /** Called with the duration of a batch from its start to its last result, in seconds. */
  onBatch?: (seconds: number) => void;
  /** Aborted when the process is to end: mails in flight are finished, the rest is released. */
  stopping: AbortSignal;
  /** Aborted when the process stops waiting for mails in flight. */
  forceStop: AbortSignal;
}

export interface BatchResult {
  claimed: number;
  sent: number;
  /** The batch and when it is due again; null when nothing is left in it. */
  remaining: (DueBatch & { dueAt: Date }) | null;
}

/** How often a worker without an available relay checks for one, in ms. */
const RELAY_POLL_INTERVAL_MS = 1000;

const noop = () => undefined;

/** The result of a batch of which nothing was claimed. */
export const EMPTY_RESULT: BatchResult = { claimed: 0, sent: 0, remaining: null };

/**
 * Sends the due deliveries of one batch under a lease: claims them, checks that each subscriber
 * still wants mail, selects the papers, and passes the mails to the window. Deliveries without an
 * attempt are released at the end. What is due before a slow relay has answered is sent meanwhile.
 * A lease that expired can no longer change anything.
 *
 * Resolves when no mail of the batch waits to be started: another batch may begin then, however
 * long the relay takes to answer. `ended` resolves with the result.
 */
export async function deliverBatch(
  deps: DeliverDeps,
  { digestId, batch }: BatchKey,
  currentLease: () => Promise<number>,
): Promise<{ ended: Promise<BatchResult> }> {
  await waitForRelay(deps);
  // The lease may have been replaced while the relay was down.
  const leaseId = await currentLease();
  const name = `${digestId}-${batch}-${leaseId}`;
  if (deps.stopping.aborted || deps.activeBatches.has(name))
    return { ended: Promise.resolve(EMPTY_RESULT) };
  let markStarted = () => {};
  const started = new Promise<void>((resolve) => {
    markStarted = resolve;
  });
  const ended = measureDuration(
    () => deliverUnlessLost(deps, { digestId, batch, leaseId }, markStarted),
    deps.onBatch ?? noop,
  ).finally(() => deps.activeBatches.delete(name));
  deps.activeBatches.set(name, ended);
  await Promise.race([started, ended]);
  return { ended };
}

/** Holds the job while no relay is available: completed, it would be lost to workers that use
 *  another relay. */
async function waitForRelay({ isRelayOpen, stopping, sleep }: DeliverDeps): Promise<void> {
  while (!isRelayOpen() && !stopping.aborted) await sleep(RELAY_POLL_INTERVAL_MS, stopping);
}

/** A digest that the database has lost is no fault of this worker, which goes on with others. */
async function deliverUnlessLost(
  ...[deps, key, onStarted]: Parameters<typeof deliverClaimed>
): Promise<BatchResult> {
  try {
    return await deliverClaimed(deps, key, onStarted);
  } catch (error) {
    if (await isDigestLost(deps.db, key.digestId, error)) return EMPTY_RESULT;
    throw error;
  }
}

async function deliverClaimed(
  deps: DeliverDeps,
  key: BatchKey & { leaseId: number },
  onStarted: () => void,
): Promise<BatchResult> {
  const { db, clock, sleep } = deps;
  const context = await deps.digestContexts(key.digestId);
  if (!context) return EMPTY_RESULT;
  const release = () => releaseBatch(db, { ...key, now: clock() });
  const claim = () =>
    measureDuration(() => claimBatch(db, { ...key, now: clock() }), deps.onClaim ?? noop);
  const claimDue = () => retryTransient(claim, { signal: deps.stopping, sleep });
  let counts: Omit<BatchResult, 'remaining'> = EMPTY_RESULT;
  let remaining: BatchResult['remaining'] = null;
  try {
    counts = await sendDue(deps, { context, key }, claimDue, onStarted);
  } finally {
    remaining = await retryTransient(release, { signal: deps.forceStop, sleep });
  }
  return { ...counts, remaining };
}

/** How often a batch that waits for answers of the relay is claimed again, in ms. */
const RECLAIM_INTERVAL_MS = 30_000;

/** Sends what is due. A relay has ten minutes to answer a final dot (RFC 5321 §4.5.3.2.6), and
 *  until then nobody else may claim the batch: what is due in it meanwhile is claimed again under
 *  the same lease, once nothing that was claimed before waits to be sent. A mail that is claimed
 *  twice at the same time would be sent twice. */
async function sendDue(
  deps: DeliverDeps,
  batch: ClaimedBatch,
  claimDue: () => Promise<ClaimedDelivery[]>,
  onStarted: () => void,
): Promise<Omit<BatchResult, 'remaining'>> {
  const first = await claimDue();
  if (first.length === 0) return EMPTY_RESULT;
  let claimed = first.length;
  const rounds = [startRound(deps, batch, first, onStarted)];
  const areAnswered = () => Promise.allSettled(rounds.map(({ sent }) => sent));
  const mayReclaim = () =>
    !deps.stopping.aborted && deps.isRelayOpen() && rounds.every((each) => each.isInFlight());
  while (!(await settlesWithin(areAnswered(), RECLAIM_INTERVAL_MS, deps.timers))) {
    if (!mayReclaim()) continue;
    const due = await claimDue().catch((err: unknown) => {
      deps.log('warn', 'batch not claimed again', { ...batch.key, err });
      return [];
    });
    if (due.length === 0) continue;
    claimed += due.length;
    rounds.push(startRound(deps, batch, due, noop));
  }
  const sent = await Promise.all(rounds.map((round) => round.sent));
  return { claimed, sent: sent.reduce((sum, count) => sum + count, 0) };
}

function settlesWithin(ended: Promise<unknown>, ms: number, timers: Timers): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = timers.after(ms, () => resolve(false));
    ended.then(() => {
      cancel();
      resolve(true);
    });
  });
}

interface ClaimedBatch {
  context: DigestContext;
  key: BatchKey & { leaseId: number };
}

/** The deliveries of one claim. */
interface Round {
  /** How many were sent, once all have ended. */
  sent: Promise<number>;
  /** Whether none of them waits to be sent. */
  isInFlight(): boolean;
}

function startRound(
  deps: DeliverDeps,
  batch: ClaimedBatch,
  claimed: readonly ClaimedDelivery[],
  onStarted: () => void,
): Round {
  let handle: BatchHandle | null = null;
  const send = (mails: readonly ReadyMail[]) => {
    handle = deps.window.send(mails);
    handle.started.then(onStarted);
    return handle.ended;
  };
  return {
    sent: sendClaimed(deps, batch, claimed, send),
    isInFlight: () => handle?.isInFlight() ?? false,
  };
}

/** @returns how many were sent. */
async function sendClaimed(
  deps: DeliverDeps,
  { context, key }: ClaimedBatch,
  claimed: readonly ClaimedDelivery[],
  send: (mails: readonly ReadyMail[]) => BatchHandle['ended'],
): Promise<number> {
  const { db, forceStop, sleep } = deps;
  const prepared = await prepareBatch(deps, context, claimed, key.leaseId);
  const { ready, outcomes, newlyQuiet, explainedQuiet, problem } = prepared;
  const { id: digestId, date } = context.digest;
  if (problem !== null)
    deps.log('error', 'papers could not be selected for some readers', { ...key, err: problem });
  await recordOutcomes(deps, key, outcomes);
  await retryTransient(() => markQuiet(db, newlyQuiet, date), { signal: forceStop, sleep });
  const limit = () => applyDailyLimit(deps, { ...key, now: deps.clock() }, ready);
  const allowed = await retryTransient(limit, { signal: forceStop, sleep });
  const { sent } = await send(allowed);
  await retryTransient(() => clearQuiet(db, explainedQuiet, { digestId, date }), {
    signal: forceStop,
    sleep,
  });
  return sent;
}

function recordOutcomes(
  { db, clock, forceStop, sleep }: DeliverDeps,
  key: BatchKey & { leaseId: number },
  outcomes: readonly ClaimOutcome[],
): Promise<void> {
  const record = () => recordClaimOutcomes(db, { ...key, now: clock() }, outcomes);
  return retryTransient(record, { signal: forceStop, sleep });
}
