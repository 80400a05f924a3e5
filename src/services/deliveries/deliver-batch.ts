import type { BatchKey, DueBatch } from '../../db/deliveries/batches.ts';
import { type ClaimedDelivery, claimBatch } from '../../db/deliveries/transitions/claim.ts';
import {
  type ClaimOutcome,
  recordClaimOutcomes,
} from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { releaseBatch } from '../../db/deliveries/transitions/release.ts';
import { clearQuiet, markQuiet } from '../../db/subscribers/quiet-days.ts';
import type { DigestContext, DigestContexts } from '../digests/digest-context.ts';
import { isDigestLost } from '../digests/lost-digest.ts';
import type { Log } from '../monitoring/log.ts';
import { measureDuration } from '../monitoring/measure-duration.ts';
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
  /** Batches that this process sends now. The claim does not exclude them: a lease may claim its
   *  own batches again. */
  activeBatches: Map<string, Promise<unknown>>;
  sleep: Sleep;
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
 * attempt are released at the end. A lease that expired can no longer change anything.
 *
 * Resolves when no mail of the batch waits to be started: another batch may begin then, however
 * long the relay takes to answer. `ended` resolves with the result.
 */
export async function deliverBatch(
  deps: DeliverDeps,
  { digestId, batch }: BatchKey,
  currentLease: () => Promise<number>,
): Promise<{ ended: Promise<BatchResult> }> {
  const name = `${digestId}-${batch}`;
  await waitForRelay(deps);
  // The lease may have been replaced while the relay was down.
  const leaseId = await currentLease();
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
  let claimed: ClaimedDelivery[] = [];
  let sent = 0;
  let remaining: BatchResult['remaining'] = null;
  try {
    claimed = await retryTransient(claim, { signal: deps.stopping, sleep });
    if (claimed.length > 0) sent = await sendClaimed(deps, { context, key, claimed }, onStarted);
  } finally {
    remaining = await retryTransient(release, { signal: deps.forceStop, sleep });
  }
  return { claimed: claimed.length, sent, remaining };
}

/** @returns how many were sent. */
async function sendClaimed(
  deps: DeliverDeps,
  batch: {
    context: DigestContext;
    key: BatchKey & { leaseId: number };
    claimed: readonly ClaimedDelivery[];
  },
  onStarted: () => void,
): Promise<number> {
  const { context, key, claimed } = batch;
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
  const { started, ended } = deps.window.send(allowed);
  started.then(onStarted);
  const { sent } = await ended;
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
