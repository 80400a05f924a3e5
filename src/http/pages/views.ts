import type { DigestKind, RankedPaper } from '../../domain/digests/digest.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Preferences, SubscriberStatus } from '../../domain/subscribers/subscriber.ts';

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

/** A topic with its papers of the shown day. */
export interface TopicCount extends TopicName {
  count: number;
}

/** One day of the week strip. */
export interface WeekDay {
  /** `YYYY-MM-DD`. */
  day: string;
  count: number;
  /** The day that the page shows. */
  isCurrent: boolean;
  /** After today. */
  isFuture: boolean;
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

/** A day, around its papers. */
export interface DayView {
  /** `YYYY-MM-DD`. */
  day: string;
  /** Number of the day's digest; null while there is none. */
  number: number | null;
  week: readonly WeekDay[];
  /** The nearest days with papers; null where there is none. */
  previous: string | null;
  next: string | null;
  /** The nearest days with papers before and after the week. */
  earlier: string | null;
  later: string | null;
  totalPapers: number;
  /** Topics of the day, the fullest first. */
  topics: readonly TopicCount[];
}

/** The front page. */
export interface FrontView extends DayView {
  /** Most discussed first. */
  papers: readonly TopicPaper[];
  allTopics: readonly TopicName[];
  /** Slug of the only topic shown. */
  selectedTopic: string | null;
  form: SignUpFormView;
  /** Nothing was ever listed. */
  isEmpty: boolean;
}

/** The list of papers, by day, topic and words. */
export interface PapersView {
  papers: readonly TopicPaper[];
  /** Words in them that were looked for, in lower case. */
  matchedWords: ReadonlySet<string>;
  /** Papers on all pages, as far as they are counted. */
  total: number;
  /** There are more than are counted. */
  isTruncated: boolean;
  /** From 1. */
  page: number;
  /** Null when nobody counted. */
  pages: number | null;
  hasNext: boolean;
  order: 'newest' | 'discussed' | 'relevance';
  /** Full text leaves out every word of the search. */
  hasOnlyStopWords: boolean;
  /** What surrounds the papers when they are those of a day. */
  day: DayView | null;
  date: string | null;
  topic: TopicName | null;
  q: string | null;
  allTopics: readonly TopicName[];
  /** The last day with papers: what an empty search offers instead. */
  latest: LatestDayView | null;
}

/** The last day on which papers were listed. */
export interface LatestDayView {
  day: string;
  isToday: boolean;
  count: number;
  /** Those on the searched topic; null when none was searched. */
  onTopic: number | null;
}

/** One paper. */
export interface PaperPageView {
  paper: TopicPaper;
  /** Names of the paper's topics, at least. */
  topics: readonly TopicName[];
  digests: readonly DigestEntry[];
  /** The most alike first. */
  similar: readonly TopicPaper[];
  /** Names of the sources that listed it, the earliest first. */
  sources: readonly string[];
  withdrawnOn: string | null;
}

/** Every topic. */
export interface TopicsView {
  topics: readonly (TopicName & { papersPerWeek: number })[];
}

/** A topic and its newest papers. */
export interface TopicView {
  topic: TopicName & { phrases: readonly string[]; categories: readonly string[] };
  papersPerWeek: number;
  papers: readonly TopicPaper[];
  /** From 1. */
  page: number;
  hasNext: boolean;
}

/** A digest in a list. */
export interface DigestEntry {
  kind: DigestKind;
  date: string;
  number: number;
}

/** A month of the archive, newest first. */
export interface DigestsView {
  /** `YYYY-MM`; null while there is no digest. */
  month: string | null;
  /** Those with digests, newest first. */
  months: readonly { month: string; count: number }[];
  digests: readonly (DigestEntry & { papers: number })[];
}

/** One digest as it was composed. */
export interface DigestView extends DigestEntry {
  /** Papers that it holds; `papers` may be the first of them. */
  total: number;
  papers: readonly RankedPaper[];
  /** Dates of the neighbours of the same kind. */
  previous: string | null;
  next: string | null;
}

/** A reader's own copy of a digest. */
export interface DeliveryView extends DigestEntry {
  token: string;
  /** Papers of the digest, chosen or not. */
  total: number;
  /** The chosen ones, in order. */
  papers: readonly { paper: TopicPaper; reason: string; isDarkHorse: boolean }[];
  /** Names of all topics. */
  topics: readonly TopicName[];
  /** Slugs of the reader's own. */
  followed: readonly string[];
  keywords: readonly string[];
  /** What the mail explains at its top; empty when nothing. */
  note: string;
}

/** The page behind the link of a confirmation. */
export interface ConfirmView {
  email: string;
  preferences: Preferences;
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

/** The local inbox, newest first. */
export interface InboxListView {
  messages: readonly InboxListItem[];
}

/** A caught message in the list. */
export interface InboxListItem {
  id: string;
  from: string;
  to: string;
  subject: string;
  receivedAt: Date;
  /** Bytes. */
  size: number;
}

/** One caught message. */
export interface InboxMessageView {
  id: string;
  from: string;
  to: string;
  subject: string;
  headers: readonly { name: string; value: string }[];
  text: string | null;
  hasHtml: boolean;
}
