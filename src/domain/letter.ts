export const LETTER_KINDS = ['confirm', 'preferences', 'export', 'erase'] as const;

/** A single mail that answers a request: to confirm a sign-up, to find the preferences of an
 *  address that signs up again, to export or to erase what is stored. */
export type LetterKind = (typeof LETTER_KINDS)[number];

export const LETTER_STATES = ['pending', 'sent', 'failed'] as const;
export type LetterState = (typeof LETTER_STATES)[number];

const HOUR_MS = 3_600_000;

/** How long the link in a letter works, in ms. Export and erase: 30 minutes (DESIGN: HTTP). */
export const LETTER_LIFETIME_MS: Record<LetterKind, number> = {
  confirm: 48 * HOUR_MS,
  preferences: 48 * HOUR_MS,
  export: HOUR_MS / 2,
  erase: HOUR_MS / 2,
};

/** Least time between two letters of one kind to one address, in ms: nobody's inbox is flooded
 *  through our sign-up form. */
export const LETTER_INTERVAL_MS = HOUR_MS;
