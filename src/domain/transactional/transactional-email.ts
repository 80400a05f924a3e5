import { DAY_MS, HOUR_MS } from '../time/units.ts';

export const TRANSACTIONAL_KINDS = [
  'confirm',
  'preferences',
  'export',
  'erase',
  'welcome',
  'goodbye',
  'return',
] as const;

/** A single mail. Some answer a request: to confirm a sign-up, to find the preferences of an address that
 *  signs up again, to export or to erase what is stored. Others tell the reader of a change: see
 *  `NoticeKind`. */
export type TransactionalKind = (typeof TRANSACTIONAL_KINDS)[number];

/** The delivery has started, has stopped, or goes on after a pause, with the best of it. */
export type NoticeKind = Extract<TransactionalKind, 'welcome' | 'goodbye' | 'return'>;

/** Whose link starts a delivery. */
export const CONFIRMING_TRANSACTIONAL_KINDS = [
  'confirm',
  'goodbye',
] as const satisfies TransactionalKind[];

export const TRANSACTIONAL_STATES = ['pending', 'sent', 'failed'] as const;
export type TransactionalState = (typeof TRANSACTIONAL_STATES)[number];

/** How long the link in a letter works, in ms. Export and erase: 30 minutes. */
export const TRANSACTIONAL_LINK_LIFETIME_MS: Record<TransactionalKind, number> = {
  confirm: 2 * DAY_MS,
  preferences: 2 * DAY_MS,
  export: HOUR_MS / 2,
  erase: HOUR_MS / 2,
  welcome: 2 * DAY_MS,
  goodbye: 30 * DAY_MS,
  return: 2 * DAY_MS,
};

/** How long a relay that puts it off is asked again, in ms: older news are none. */
export const TRANSACTIONAL_RETRY_WINDOW_MS = 2 * DAY_MS;

/** Least time between two letters of one kind to one address, in ms: nobody's inbox is flooded
 *  through our sign-up form. */
export const TRANSACTIONAL_MIN_INTERVAL_MS = HOUR_MS;

/** The same for letters that tell of a change. Goodbye: whoever presses the way out and the way back
 *  in turn fills nobody's inbox. */
export const NOTICE_MIN_INTERVAL_MS: Record<NoticeKind, number> = {
  welcome: HOUR_MS,
  goodbye: DAY_MS,
  return: DAY_MS,
};

/** Papers that a `return` letter brings at the most. */
export const MAX_RETURN_NOTICE_PAPERS = 10;
