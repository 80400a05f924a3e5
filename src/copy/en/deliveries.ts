/** Why a delivery is in its state, as a sentence for the operator: recorded as its detail. */
export const DELIVERY_DETAILS = {
  expired: 'The reader’s next digest was due before this one could be sent.',
  forgotten: 'It may have been sent: the failover of the database lost the record of its attempt.',
  lostWorker: 'The worker was gone before the relay’s answer was recorded.',
  cancelled: 'The digest was cancelled.',
  erased: 'The subscriber was erased.',
  dailyLimit: 'The daily limit of messages is reached.',
} as const;
