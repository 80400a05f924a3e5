import type { Preferences, SubscriberStatus } from '../../domain/subscribers/subscriber.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import type { DeliveredDigest } from '../../services/digests/view-delivery.ts';
import type { DayOverview, LatestDayPapers } from '../../services/papers/read-day.ts';
import type { PaperDetails } from '../../services/papers/read-paper.ts';
import type { PaperSearchResult } from '../../services/papers/search-papers.ts';

/** What every page knows of the site it belongs to. */
export interface SiteInfo {
  name: string;
  /** May end in a path, not in a slash. */
  publicUrl: string;
  postalAddress: string | null;
}

/** A topic as pages name it. */
export interface TopicName {
  slug: string;
  name: string;
}

/** Names of form fields that a form may send back with a sentence. */
export type FieldName =
  | 'email'
  | 'topics'
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

/** A sentence for each refused field, shown beside it; empty for a form that was not sent yet. */
export type FieldProblems = Partial<Record<FieldName, string>>;

/** The sign-up form: what its fields hold, and what was wrong with them. */
export interface SignUpFormView {
  values: Preferences & { email: string };
  problems: FieldProblems;
  /** IANA names. */
  timezones: readonly string[];
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
  allTopics: readonly TopicName[];
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
  /** The day of the first edition, when it is known, and today's where the reader lives. */
  firstDigest: { day: string; today: string } | null;
  /** The day of the newest digest, when it can be sent at once. */
  latestDate: string | null;
}

/** A topic with how much it brings. */
export interface WeeklyTopic extends TopicName {
  /** Papers in an average week; null when not counted. */
  papersPerWeek: number | null;
}

/** A followed keyword or name. */
export interface PhraseRow {
  text: string;
  /** Papers in an average week; null when not counted. */
  perWeek: number | null;
  /** The box “remove” is ticked. */
  isRemoved: boolean;
}

/** A reader's own page. */
export interface PreferencesView {
  token: string;
  email: string;
  status: SubscriberStatus;
  /** As stored, or, when refused, as typed. */
  preferences: Preferences;
  /** While paused: the day of the first digest again; null for good. */
  pausedUntil: string | null;
  /** What was typed as the day to pause until, when the form was refused. */
  typedPausedUntil: string | null;
  /** What the page shows, for the form to say again. */
  shown: string;
  topics: readonly WeeklyTopic[];
  phrases: {
    keywords: readonly PhraseRow[];
    names: readonly PhraseRow[];
    /** What stands in the fields for one more. */
    addedKeyword: string;
    addedName: string;
  };
  timezones: readonly string[];
  /** Of the private feed. */
  feedHref: string;
  /** `YYYY-MM-DD`, in UTC. */
  today: string;
  /** A section to show open on a phone. */
  openSection: string | null;
  /** The day of the sign-up. */
  askedOn: string;
  /** The day of the next edition, when it is known. */
  nextDigestOn: string | null;
  /** The form was just stored. */
  isSaved: boolean;
  problems: FieldProblems;
}

/** The page behind an unsubscribe link, before and after the press. */
export interface UnsubscribeView {
  email: string;
  token: string;
  isUnsubscribed: boolean;
  /** `YYYY-MM-DD`, in UTC. */
  today: string;
}

/** The page behind a mailed link that exports or erases. */
export interface DataRequestView {
  kind: 'export' | 'erase';
  email: string;
}

/** A page that only says something. */
export interface MessageView {
  title: string;
  sentences: readonly string[];
  links: readonly { text: string; href: string }[];
}
