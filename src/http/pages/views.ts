import type { Preferences, SubscriberStatus } from '../../domain/subscribers/subscriber.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import type { DeliveredDigest } from '../../services/digests/view-delivery.ts';
import type { DayOverview, LatestDayPapers } from '../../services/papers/read-day.ts';
import type { PaperDetails } from '../../services/papers/read-paper.ts';
import type { PaperSearchResult } from '../../services/papers/search-papers.ts';

/** The site that a page belongs to. */
export interface SiteInfo {
  name: string;
  /** May have a path, without a trailing slash. */
  publicUrl: string;
  postalAddress: string | null;
}

/** A topic with its name for links. */
export interface TopicName {
  slug: string;
  name: string;
}

/** The same with the heading that it is listed under; null for none. */
export interface GroupedTopicName extends TopicName {
  group: string | null;
}

/** The form fields that can have a problem. */
export type FieldName =
  | 'email'
  | 'topics'
  | 'topicsOnly'
  | 'showsSummaries'
  | 'keywords'
  | 'frequency'
  | 'timezone'
  | 'hour'
  | 'papers'
  | 'names'
  | 'mutedTopics'
  | 'minutes'
  | 'relevanceThreshold'
  | 'allowsClicks'
  | 'pausedUntil';

/** The problem of each refused field, shown beside it; empty before the form was submitted. */
export type FieldProblems = Partial<Record<FieldName, string>>;

/** The sign-up form: the values of its fields and their problems. */
export interface SignUpFormView {
  values: Preferences & { email: string };
  problems: FieldProblems;
  /** IANA names. */
  timezones: readonly string[];
  /** Whether only the owner of the site can sign up. */
  isPrivate: boolean;
}

/** The front page: the newest day with papers. */
export interface FrontView extends LatestDayPapers {
  /** `YYYY-MM-DD`, in UTC. */
  today: string;
  form: SignUpFormView;
}

/** The papers of a day, of a topic, or that match a text. */
export interface PapersView extends PaperSearchResult {
  /** From 1. */
  page: number;
  /** The day whose papers are listed; null for a search. */
  day: DayOverview | null;
  date: string | null;
  topic: TopicName | null;
  q: string | null;
  allTopics: readonly GroupedTopicName[];
  /** The last day with papers, which an empty list links to. */
  latest: DayOverview | null;
  /** `YYYY-MM-DD`, in UTC. */
  today: string;
}

/** One paper. */
export interface PaperPageView extends PaperDetails {
  /** At least the paper's own topics. */
  topics: readonly TopicName[];
}

/** A topic and one page of its newest papers. */
export interface TopicView extends Pick<PaperSearchResult, 'papers' | 'hasNext'> {
  topic: Topic;
  papersPerWeek: number;
  /** From 1. */
  page: number;
}

/** A subscriber's own copy of a digest. */
export interface DeliveryView extends DeliveredDigest {
  token: string;
}

/** The page behind the link of a confirmation. */
export interface ConfirmView {
  subscriber: Preferences & { email: string };
  /** Names of the followed topics. */
  topics: readonly TopicName[];
  mutedTopics: readonly TopicName[];
  /**
   * The day of the first digest and today, both in the subscriber's time zone; null when unknown.
   */
  firstDigest: { day: string; today: string } | null;
  /** The day of the newest digest that can be sent right away, if any. */
  latestDate: string | null;
}

/** A topic with its weekly count of papers. */
interface WeeklyTopic extends GroupedTopicName {
  /** Papers in an average week; null when not counted. */
  papersPerWeek: number | null;
}

/** A followed keyword or name. */
export interface PhraseRow {
  text: string;
  /** Papers in an average week; null when not counted. */
  perWeek: number | null;
  /** “Remove” is ticked. */
  isRemoved: boolean;
}

/** The settings page. */
export interface PreferencesView {
  token: string;
  email: string;
  status: SubscriberStatus;
  /** As stored, or as typed when the form was refused. */
  preferences: Preferences;
  /** While paused: the day of the next digest; null for an indefinite pause. */
  pausedUntil: string | null;
  /** The typed last day of a pause, when the form was refused. */
  typedPausedUntil: string | null;
  /** What the page shows, for a hidden field: detects changes made elsewhere since. */
  shown: string;
  topics: readonly WeeklyTopic[];
  phrases: {
    keywords: readonly PhraseRow[];
    names: readonly PhraseRow[];
    /** The values of the fields that add one. */
    addedKeyword: string;
    addedName: string;
  };
  timezones: readonly string[];
  /** The private feed. */
  feedHref: string;
  /** `YYYY-MM-DD`, in UTC. */
  today: string;
  /** The section that is open on a phone. */
  openSection: string | null;
  /** The day of the sign-up. */
  askedOn: string;
  /** The day of the next digest; null when unknown. */
  nextDigestOn: string | null;
  /** The form was just saved. */
  isSaved: boolean;
  problems: FieldProblems;
}

/** The page behind an unsubscribe link, before and after the click. */
export interface UnsubscribeView {
  email: string;
  token: string;
  isUnsubscribed: boolean;
  /** `YYYY-MM-DD`, in UTC. */
  today: string;
}

/** The page behind an emailed link that exports or deletes a subscriber's data. */
export interface DataRequestView {
  kind: 'export' | 'erase';
  email: string;
}

/** A page with sentences and links only. */
export interface MessageView {
  title: string;
  sentences: readonly string[];
  links: readonly { text: string; href: string }[];
}
