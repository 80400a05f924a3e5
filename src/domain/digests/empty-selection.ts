/** Why a subscriber's selection was empty; recorded as the delivery's detail. */
export const EMPTY_SELECTION_DETAILS = {
  noMatch: 'No paper of this digest matches what the reader follows.',
  belowThreshold: 'No paper of this digest meets the subscriber’s relevance threshold.',
} as const;
