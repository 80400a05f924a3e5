export const SUBSCRIBER_STATUSES = ['pending', 'active', 'paused', 'unsubscribed'] as const;
export type SubscriberStatus = (typeof SUBSCRIBER_STATUSES)[number];

export const FREQUENCIES = ['daily', 'weekdays', 'weekly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** What a digest must hold to be sent: `low` anything that matches, `middle` a paper that stands out,
 *  `high` one that most talk about. */
export const RELEVANCE_THRESHOLDS = ['low', 'middle', 'high'] as const;
export type RelevanceThreshold = (typeof RELEVANCE_THRESHOLDS)[number];

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
  /** Authors and organisations whose papers come on top. */
  names: string[];
  /** Slugs of topics whose papers never come, but for the reader's own words and names. */
  mutedTopics: string[];
  /** Most minutes of reading in one digest, 1 to 60; null when only papers are counted. */
  minutes: number | null;
  relevanceThreshold: RelevanceThreshold;
  /** Whether clicks on papers may teach us what the reader likes. */
  allowsClicks: boolean;
}

export interface Subscriber extends Preferences {
  id: number;
  email: string;
  status: SubscriberStatus;
  createdAt: Date;
  confirmedAt: Date | null;
  /** While paused: `YYYY-MM-DD`, the day of the first digest again; null for good. */
  pausedUntil: string | null;
}

export const DEFAULT_PREFERENCES: Preferences = {
  topics: [],
  keywords: [],
  frequency: 'daily',
  timezone: 'UTC',
  hour: 7,
  papers: 10,
  names: [],
  mutedTopics: [],
  minutes: null,
  relevanceThreshold: 'low',
  allowsClicks: false,
};

/** Bounds of what a reader may choose. */
export const PREFERENCE_LIMITS = {
  hour: { min: 0, max: 23 },
  papers: { min: 1, max: 20 },
  keywords: { max: 20, maxLength: 80 },
  names: { max: 20, maxLength: 80 },
  minutes: { min: 1, max: 60 },
} as const;
