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

/**
 * A single e-mail to a subscriber. `confirm`, `preferences`, `export` and `erase` answer a request:
 * to sign up, to sign up an address that is subscribed already, to export or to erase the stored
 * data. `welcome`, `goodbye` and `return` report that the subscription has started, has stopped, or
 * goes on after a pause, with the best papers of the absence.
 */
export type TransactionalKind = (typeof TRANSACTIONAL_KINDS)[number];

/** Kinds whose link starts the subscription. */
export const CONFIRMING_TRANSACTIONAL_KINDS = [
  'confirm',
  'goodbye',
] as const satisfies TransactionalKind[];

const TRANSACTIONAL_STATES = ['pending', 'sent', 'failed'] as const;
export type TransactionalState = (typeof TRANSACTIONAL_STATES)[number];

/** How long the link in an e-mail works, in ms. */
export const TRANSACTIONAL_LINK_LIFETIME_MS: Record<TransactionalKind, number> = {
  confirm: 2 * DAY_MS,
  preferences: 2 * DAY_MS,
  export: HOUR_MS / 2,
  erase: HOUR_MS / 2,
  welcome: 2 * DAY_MS,
  goodbye: 30 * DAY_MS,
  return: 2 * DAY_MS,
};

/** How long an e-mail that the relay defers is tried again, in ms: later it is out of date. */
export const TRANSACTIONAL_RETRY_WINDOW_MS = 2 * DAY_MS;

/**
 * Minimum time between two e-mails of one kind to one address, in ms, so that nobody can flood an
 * inbox through the sign-up form. No second link to export or erase is sent while the first one
 * works. For `goodbye` and `return` it is a day, since links to leave and to return can be clicked
 * in turn.
 */
export const TRANSACTIONAL_MIN_INTERVAL_MS: Record<TransactionalKind, number> = {
  confirm: HOUR_MS,
  preferences: HOUR_MS,
  export: TRANSACTIONAL_LINK_LIFETIME_MS.export,
  erase: TRANSACTIONAL_LINK_LIFETIME_MS.erase,
  welcome: HOUR_MS,
  goodbye: DAY_MS,
  return: DAY_MS,
};

/** Most papers in a `return` e-mail. */
export const MAX_RETURN_EMAIL_PAPERS = 10;
