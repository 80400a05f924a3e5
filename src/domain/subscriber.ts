export const SUBSCRIBER_STATUSES = ['pending', 'active', 'paused', 'unsubscribed'] as const;
export type SubscriberStatus = (typeof SUBSCRIBER_STATUSES)[number];

export const FREQUENCIES = ['daily', 'weekdays', 'weekly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

export const SUPPRESSION_REASONS = ['bounce', 'complaint', 'operator', 'erased'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** What a reader chose; the part of a subscriber that the reader may edit. */
export interface Preferences {
  /** Slugs of followed topics; none means the best of the day. */
  topics: string[];
  keywords: string[];
  frequency: Frequency;
  /** IANA name. */
  timezone: string;
  /** Hour of the reader's own day, 0 to 23. */
  hour: number;
  /** Most papers in one digest, 1 to 20. */
  papers: number;
}

export interface Subscriber extends Preferences {
  id: number;
  email: string;
  status: SubscriberStatus;
  createdAt: Date;
  confirmedAt: Date | null;
}

export const DEFAULT_PREFERENCES: Preferences = {
  topics: [],
  keywords: [],
  frequency: 'daily',
  timezone: 'UTC',
  hour: 7,
  papers: 10,
};

/** Bounds of what a reader may choose. */
export const PREFERENCE_LIMITS = {
  hour: { min: 0, max: 23 },
  papers: { min: 1, max: 20 },
  keywords: { max: 20, maxLength: 80 },
} as const;
