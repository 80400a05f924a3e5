/** Why nothing of a digest was for a reader, as the delivery records it. */
export const QUIET_DETAILS = {
  noMatch: 'No paper of this digest matches what the reader follows.',
  belowBar: 'No paper of this digest clears the reader’s bar.',
} as const;
