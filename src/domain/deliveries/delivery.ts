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

/** From each state, the states that may follow it. */
export const DELIVERY_TRANSITIONS: Record<DeliveryState, readonly DeliveryState[]> = {
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
export const MAX_BATCH_DELIVERIES = 200;

/** Whether a delivery may go from one state to the other. */
export function canTransition(from: DeliveryState, to: DeliveryState): boolean {
  return DELIVERY_TRANSITIONS[from].includes(to);
}

/** Whether an operator may have it sent again. */
export function canResend(state: DeliveryState): boolean {
  return canTransition(state, 'pending') && state !== 'claimed';
}

/** Names a delivery. */
export interface DeliveryKey {
  digestId: number;
  subscriberId: number;
}

/** A delivery's name for people, such as `12-345`. */
export function formatDeliveryKey({ digestId, subscriberId }: DeliveryKey): string {
  return `${digestId}-${subscriberId}`;
}

/** The delivery of that name, or null when it is none. */
export function parseDeliveryKey(text: string): DeliveryKey | null {
  const match = /^([1-9]\d{0,8})-([1-9]\d{0,12})$/.exec(text);
  return match ? { digestId: Number(match[1]), subscriberId: Number(match[2]) } : null;
}
