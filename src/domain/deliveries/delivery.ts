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

/** For each state, the states that may follow it. */
export const DELIVERY_TRANSITIONS: Record<DeliveryState, readonly DeliveryState[]> = {
  pending: ['claimed', 'skipped', 'expired', 'unknown'],
  claimed: ['sending', 'pending', 'skipped', 'failed'],
  sending: ['pending', 'sent', 'deferred', 'failed', 'unknown', 'expired'],
  deferred: ['claimed', 'skipped', 'expired', 'unknown'],
  sent: [],
  failed: ['pending'],
  unknown: ['pending', 'sent', 'deferred', 'failed', 'expired'],
  skipped: [],
  expired: ['pending'],
};

/** Deliveries in one batch at most. More would let a slow relay delay too many of them, fewer would
 *  be too many jobs for a queue in Postgres. */
export const MAX_BATCH_DELIVERIES = 200;

/** Whether a delivery may go from one state to the other. */
export function canTransition(from: DeliveryState, to: DeliveryState): boolean {
  return DELIVERY_TRANSITIONS[from].includes(to);
}

/** Whether an operator may resend a delivery in this state. */
export function canResend(state: DeliveryState): boolean {
  return canTransition(state, 'pending') && state !== 'claimed';
}

export interface DeliveryKey {
  digestId: number;
  subscriberId: number;
}

/** Formats the key that operators use, such as `12-345`. */
export function formatDeliveryKey({ digestId, subscriberId }: DeliveryKey): string {
  return `${digestId}-${subscriberId}`;
}

/** Returns null for a text that is no key. */
export function parseDeliveryKey(text: string): DeliveryKey | null {
  const match = /^([1-9]\d{0,8})-([1-9]\d{0,12})$/.exec(text);
  return match ? { digestId: Number(match[1]), subscriberId: Number(match[2]) } : null;
}
