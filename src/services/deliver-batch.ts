import { claimDue } from '../db/deliveries.ts';
import { BATCH_SIZE } from '../domain/delivery.ts';
import type { Editions } from './support/editions.ts';
import { type PrepareDeps, prepareBatch } from './support/prepare-batch.ts';
import { letGo, type SendDeps, sendBatch, type Tries } from './support/send-batch.ts';

export interface DeliverDeps extends PrepareDeps, SendDeps {
  editions: Editions;
}

/** How a batch went. */
export interface BatchResult {
  claimed: number;
  sent: number;
}

/**
 * Sends one batch of a digest's due deliveries under a lease: claims them, rechecks that each reader
 * still wants mail, chooses the papers, and sends. `sending` is committed before the first byte, at
 * most `connections` at once, and what became of them is committed with the next ones' `sending`.
 * A lease that ended meanwhile changes nothing any more.
 */
export async function deliverBatch(
  deps: DeliverDeps,
  { digestId, leaseId }: { digestId: number; leaseId: number },
): Promise<BatchResult> {
  const { db, clock, stopping } = deps;
  const none = { claimed: 0, sent: 0 };
  if (stopping.aborted) return none;
  const edition = await deps.editions(digestId);
  if (!edition) return none;
  const claimed = await claimDue(db, { digestId, leaseId, limit: BATCH_SIZE, now: clock() });
  if (claimed.length === 0) return none;
  const tries: Tries = { open: [], results: [] };
  try {
    const ready = await prepareBatch(deps, edition, claimed, leaseId);
    const sent = await sendBatch(deps, edition, ready, leaseId, tries);
    return { claimed: claimed.length, sent };
  } catch (error) {
    await letGo(deps, { digestId, leaseId }, claimed, tries);
    throw error;
  }
}
