export const DELIVERY_STATES = [
  'pending',
  'claimed',
  'sending',
  'sent',
  'deferred',
  'failed',
  'unknown',
  'skipped',
  'expired',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** From each state, the states that may follow it (DESIGN: delivery states). */
export const NEXT_STATES: Record<DeliveryState, readonly DeliveryState[]> = {
  pending: ['claimed', 'skipped', 'expired'],
  claimed: ['sending', 'pending', 'skipped', 'failed'],
  sending: ['sent', 'deferred', 'failed', 'unknown', 'expired'],
  deferred: ['claimed', 'skipped', 'expired'],
  sent: [],
  failed: ['pending'],
  unknown: ['pending'],
  skipped: [],
  expired: [],
};

/** Deliveries that one job handles at the most. Large enough that a queue without Redis keeps up,
 *  small enough that a slow relay does not hold many back. */
export const BATCH_SIZE = 200;

/** Whether a delivery may go from one state to the other. */
export function mayFollow(from: DeliveryState, to: DeliveryState): boolean {
  return NEXT_STATES[from].includes(to);
}
