import { createViolation } from './violation.ts';

/** Mails that are marked as being sent, and that no relay has heard of. */
export interface UnbegunMails {
  add(key: string): void;
  remove(key: string): void;
  removeAll(): void;
  /** Throws a violation when a mail waits for too long: its reader cannot stop it any more, and it
   *  becomes unknown when its worker dies. */
  check(): void;
}

/** A mail waits ten seconds for a connection and as long for a permit, and then until its worker
 *  has recorded that it was not begun. */
const MAX_UNBEGUN_MS = 30_000;

const CHECK_INTERVAL_MS = 1000;

export function createUnbegunMails(nowMs: () => number): UnbegunMails {
  const sinceMs = new Map<string, number>();
  let checkedAtMs = 0;
  return {
    add: (key) => void sinceMs.set(key, nowMs()),
    remove: (key) => void sinceMs.delete(key),
    removeAll: () => sinceMs.clear(),
    check: () => {
      if (nowMs() - checkedAtMs < CHECK_INTERVAL_MS) return;
      checkedAtMs = nowMs();
      for (const [key, since] of sinceMs) {
        const waitedMs = nowMs() - since;
        if (waitedMs > MAX_UNBEGUN_MS)
          throw createViolation(
            `The delivery ${key} has been “sending” for ${Math.round(waitedMs / 1000)} s, and its mail has not begun.`,
          );
      }
    },
  };
}
