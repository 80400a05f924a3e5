/** Why nothing of a digest was for a reader, as the delivery records it. */
export const EMPTY_SELECTION_DETAILS = {
  noMatch: 'No paper of this digest matches what the reader follows.',
  belowThreshold: 'No paper of this digest meets the subscriber’s relevance threshold.',
} as const;
