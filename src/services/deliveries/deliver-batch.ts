import type { BatchKey, DueBatch } from '../../db/deliveries/batches.ts';
import { type ClaimedDelivery, claimBatch } from '../../db/deliveries/transitions/claim.ts';
import {
  type ClaimOutcome,
  recordClaimOutcomes,
} from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { releaseBatch } from '../../db/deliveries/transitions/release.ts';
import { clearQuiet, markQuiet } from '../../db/subscribers/quiet-days.ts';
import type { DigestContext, DigestContexts } from '../digests/digest-context.ts';
import { measureDuration } from '../monitoring/measure-duration.ts';
import type { InFlightWindow } from './in-flight-window.ts';
import { type PrepareDeps, prepareBatch } from './prepare-batch.ts';
import { retryTransient, type Sleep } from './retry-transient.ts';

export interface DeliverDeps extends PrepareDeps {
  digestContexts: DigestContexts;
  window: InFlightWindow;
  /** Whether any relay is in order. */
  isRelayOpen: () => boolean;
  /** Batches in this process's hands: the same lease may claim again what it has. */
  activeBatches: Map<string, Promise<unknown>>;
  sleep: Sleep;
  /** Told how long the database took to claim a batch, and a batch to its end, in seconds. */
  onClaim?: (seconds: number) => void;
  onBatch?: (seconds: number) => void;
  /** Aborted when the process is to end: what is in flight is finished, the rest given back. */
  stopping: AbortSignal;
  /** Aborted when it ends whatever is left. */
  forceStop: AbortSignal;
}

/** How a batch went. */
export interface BatchResult {
  claimed: number;
  sent: number;
  /** What is left of the batch, and when it is due. */
  remaining: (DueBatch & { dueAt: Date }) | null;
}

/** How often a worker without a relay looks for one, in ms. */
const RELAY_POLL_INTERVAL_MS = 1000;

const noop = () => undefined;

const EMPTY_RESULT: BatchResult = { claimed: 0, sent: 0, remaining: null };

/**
 * Sends what is due in one batch of a digest under a lease: claims it, rechecks that each reader still
 * wants mail, chooses the papers, and hands the mails to the window. What was not tried is given back
 * at the end. A lease that ended meanwhile changes nothing any more.
 *
 * Resolves when the last of its mails is on its way: others may begin then, however long a relay takes
 * to answer. `ended` tells how it went.
 */
export async function deliverBatch(
  deps: DeliverDeps,
  { digestId, batch }: BatchKey,
  leaseId: number,
): Promise<{ ended: Promise<BatchResult> }> {
  const name = `${digestId}-${batch}`;
  await waitForRelay(deps);
  if (deps.stopping.aborted || deps.activeBatches.has(name))
    return { ended: Promise.resolve(EMPTY_RESULT) };
  let markStarted = () => {};
  const started = new Promise<void>((resolve) => {
    markStarted = resolve;
  });
  const ended = measureDuration(
    () => deliverClaimed(deps, { digestId, batch, leaseId }, markStarted),
    deps.onBatch ?? noop,
  ).finally(() => deps.activeBatches.delete(name));
  deps.activeBatches.set(name, ended);
  await Promise.race([started, ended]);
  return { ended };
}

/** Keeps the job in hand while no relay is in order, so that it does not use up the rings that workers
 *  with another relay could follow. */
async function waitForRelay({ isRelayOpen, stopping, sleep }: DeliverDeps): Promise<void> {
  while (!isRelayOpen() && !stopping.aborted) await sleep(RELAY_POLL_INTERVAL_MS, stopping);
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
  const claimed = await retryTransient(claim, { signal: deps.stopping, sleep });
  let sent = 0;
  let remaining: BatchResult['remaining'] = null;
  try {
    if (claimed.length > 0) sent = await sendClaimed(deps, { context, key, claimed }, onStarted);
  } finally {
    remaining = await retryTransient(release, { signal: deps.forceStop, sleep });
  }
  return { claimed: claimed.length, sent, remaining };
}

/** Returns how many were sent. */
async function sendClaimed(
  deps: DeliverDeps,
  {
    context,
    key,
    claimed,
  }: {
    context: DigestContext;
    key: BatchKey & { leaseId: number };
    claimed: readonly ClaimedDelivery[];
  },
  onStarted: () => void,
): Promise<number> {
  const { db, forceStop, sleep } = deps;
  const prepared = await prepareBatch(deps, context, claimed, key.leaseId);
  const { ready, outcomes, newlyQuiet, explainedQuiet } = prepared;
  const { id: digestId, date } = context.digest;
  await recordOutcomes(deps, key, outcomes);
  await retryTransient(() => markQuiet(db, newlyQuiet, date), { signal: forceStop, sleep });
  const { started, ended } = deps.window.send(ready);
  started.then(onStarted);
  const { sent, postponed } = await ended;
  const postponedOutcomes = postponed.map(({ subscriberId, nextAt }): ClaimOutcome => {
    return { subscriberId, state: 'pending', nextAt };
  });
  await recordOutcomes(deps, key, postponedOutcomes);
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
