export const SUBSCRIBER_STATUSES = ['pending', 'active', 'paused', 'unsubscribed'] as const;
export type SubscriberStatus = (typeof SUBSCRIBER_STATUSES)[number];

export const FREQUENCIES = ['daily', 'weekdays', 'weekly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** How relevant the best paper of a digest must be for the digest to be sent: with `low` any
 *  match is enough, with `middle` a paper must stand out, with `high` it must be among the most
 *  discussed, or very like what the subscriber liked. */
export const RELEVANCE_THRESHOLDS = ['low', 'middle', 'high'] as const;
export type RelevanceThreshold = (typeof RELEVANCE_THRESHOLDS)[number];

const SUPPRESSION_REASONS = ['bounce', 'complaint', 'operator', 'erased'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** The part of a subscriber that they may edit. */
export interface Preferences {
  /** Slugs of followed topics; none means the best of every topic. */
  topics: string[];
  /** Whether a paper that matches no followed topic, keyword or name is left out, even one like
   *  those that the subscriber liked. No effect for subscribers who follow nothing. */
  topicsOnly: boolean;
  /** Whether a digest shows a source's own summary of a paper. */
  showsSummaries: boolean;
  keywords: string[];
  frequency: Frequency;
  /** IANA name. */
  timezone: string;
  /** Hour of the day in the subscriber's time zone, 0 to 23. */
  hour: number;
  /** Most papers in one digest, 1 to 20. */
  papers: number;
  /** Authors and organisations whose papers come first. */
  names: string[];
  /** Slugs of topics whose papers are left out unless they match a keyword or a name. */
  mutedTopics: string[];
  /** Most minutes of reading in one digest, 1 to 60; null when only `papers` limits it. */
  minutes: number | null;
  relevanceThreshold: RelevanceThreshold;
  /** Whether clicks on papers may be recorded and learned from. */
  allowsClicks: boolean;
}

export interface Subscriber extends Preferences {
  id: number;
  email: string;
  status: SubscriberStatus;
  createdAt: Date;
  confirmedAt: Date | null;
  /** While paused, the day of the next digest, `YYYY-MM-DD`; null when the pause has no end. */
  pausedUntil: string | null;
}

export const DEFAULT_PREFERENCES: Preferences = {
  topics: [],
  topicsOnly: false,
  showsSummaries: true,
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

/** Limits of the preferences. */
export const PREFERENCE_LIMITS = {
  hour: { min: 0, max: 23 },
  papers: { min: 1, max: 20 },
  keywords: { max: 20, maxLength: 80 },
  names: { max: 20, maxLength: 80 },
  minutes: { min: 1, max: 60 },
} as const;
