import type { BatchKey, DueBatch } from '../db/batches.ts';
import {
  type ClaimedDelivery,
  claimBatch,
  releaseBatch,
  settleClaimed,
  type Verdict,
} from '../db/claims.ts';
import { endQuiet, markQuiet } from '../db/quiet-days.ts';
import type { Editions, OpenEdition } from './support/editions.ts';
import { type Pause, patiently } from './support/patience.ts';
import { type PrepareDeps, prepareBatch } from './support/prepare-batch.ts';
import type { SendingWindow } from './support/sending-window.ts';
import { timed } from './support/timed.ts';

export interface DeliverDeps extends PrepareDeps {
  editions: Editions;
  window: SendingWindow;
  /** Whether any relay is in order. */
  isRelayOpen: () => boolean;
  /** Batches in this process's hands: the same lease may claim again what it has. */
  inHand: Map<string, Promise<unknown>>;
  pause: Pause;
  /** Told how long the database took to claim a batch, and a batch to its end, in seconds. */
  onClaim?: (seconds: number) => void;
  onBatch?: (seconds: number) => void;
  /** Aborted when the process is to end: what is in flight is finished, the rest given back. */
  stopping: AbortSignal;
  /** Aborted when it ends whatever is left. */
  halting: AbortSignal;
}

/** How a batch went. */
export interface BatchResult {
  claimed: number;
  sent: number;
  /** What is left of the batch, and when it is due. */
  left: (DueBatch & { dueAt: Date }) | null;
}

/** How often a worker without a relay looks for one, in ms. */
const RELAY_LOOK_MS = 1000;

const untold = () => undefined;

const NONE: BatchResult = { claimed: 0, sent: 0, left: null };

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
  await untilRelayOpen(deps);
  if (deps.stopping.aborted || deps.inHand.has(name)) return { ended: Promise.resolve(NONE) };
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = timed(
    () => deliverClaimed(deps, { digestId, batch, leaseId }, begin),
    deps.onBatch ?? untold,
  ).finally(() => deps.inHand.delete(name));
  deps.inHand.set(name, ended);
  await Promise.race([begun, ended]);
  return { ended };
}

/** Keeps the job in hand while no relay is in order, so that it does not use up the rings that workers
 *  with another relay could follow. */
async function untilRelayOpen({ isRelayOpen, stopping, pause }: DeliverDeps): Promise<void> {
  while (!isRelayOpen() && !stopping.aborted) await pause(RELAY_LOOK_MS, stopping);
}

async function deliverClaimed(
  deps: DeliverDeps,
  key: BatchKey & { leaseId: number },
  onBegun: () => void,
): Promise<BatchResult> {
  const { db, clock, pause } = deps;
  const edition = await deps.editions(key.digestId);
  if (!edition) return NONE;
  const release = () => releaseBatch(db, { ...key, now: clock() });
  const claim = () => timed(() => claimBatch(db, { ...key, now: clock() }), deps.onClaim ?? untold);
  const claimed = await patiently(claim, { signal: deps.stopping, pause });
  let sent = 0;
  let left: BatchResult['left'] = null;
  try {
    if (claimed.length > 0) sent = await sendClaimed(deps, { edition, key, claimed }, onBegun);
  } finally {
    left = await patiently(release, { signal: deps.halting, pause });
  }
  return { claimed: claimed.length, sent, left };
}

/** Returns how many were sent. */
async function sendClaimed(
  deps: DeliverDeps,
  {
    edition,
    key,
    claimed,
  }: {
    edition: OpenEdition;
    key: BatchKey & { leaseId: number };
    claimed: readonly ClaimedDelivery[];
  },
  onBegun: () => void,
): Promise<number> {
  const { db, halting, pause } = deps;
  const prepared = await prepareBatch(deps, edition, claimed, key.leaseId);
  const { ready, verdicts, quiet, told } = prepared;
  const { id: digestId, date } = edition.digest;
  await settle(deps, key, verdicts);
  await patiently(() => markQuiet(db, quiet, date), { signal: halting, pause });
  const { begun, ended } = deps.window.send(ready);
  begun.then(onBegun);
  const { sent, putOff } = await ended;
  const later = putOff.map(({ subscriberId, nextAt }): Verdict => {
    return { subscriberId, state: 'pending', nextAt };
  });
  await settle(deps, key, later);
  await patiently(() => endQuiet(db, told, { digestId, date }), { signal: halting, pause });
  return sent;
}

function settle(
  { db, clock, halting, pause }: DeliverDeps,
  key: BatchKey & { leaseId: number },
  verdicts: readonly Verdict[],
): Promise<void> {
  const write = () => settleClaimed(db, { ...key, now: clock() }, verdicts);
  return patiently(write, { signal: halting, pause });
}
