import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import type { AlertKind } from '../domain/alerts/alert.ts';
import type { DeliveryState } from '../domain/deliveries/delivery.ts';
import type { DigestKind, Selection } from '../domain/digests/digest.ts';
import type { FeedbackVerb } from '../domain/feedback/feedback-event.ts';
import type { LookupKind, LookupState } from '../domain/library/library-lookup.ts';
import type { TopicPaper } from '../domain/papers/paper.ts';
import type { SourceDetails } from '../domain/papers/source-details.ts';
import type { Reason } from '../domain/ranking/reason.ts';
import type { FetchOutcome } from '../domain/sources/source.ts';
import type { SignUpRequest } from '../domain/subscribers/sign-up-request.ts';
import type {
  Frequency,
  RelevanceThreshold,
  SubscriberStatus,
  SuppressionReason,
} from '../domain/subscribers/subscriber.ts';
import type { CategoryRole, TopicStatus } from '../domain/topics/topic.ts';
import type {
  TransactionalKind,
  TransactionalState,
} from '../domain/transactional/transactional-email.ts';
import {
  packReasons,
  packSelection,
  unpackReasons,
  unpackSelection,
} from './deliveries/packed-selection.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const selection = customType<{ data: Selection; driverData: string }>({
  dataType: () => 'text',
  toDriver: packSelection,
  fromDriver: unpackSelection,
});
const reasons = customType<{ data: Reason[]; driverData: string }>({
  dataType: () => 'text',
  toDriver: packReasons,
  fromDriver: unpackReasons,
});
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
const id = (name: string) => bigint(name, { mode: 'number' });
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const day = (name: string) => date(name, { mode: 'string' });

export const topics = pgTable('topics', {
  slug: text().primaryKey(),
  name: text().notNull(),
  groupName: text('group_name'),
  position: smallint().notNull(),
  status: text().$type<TopicStatus>().notNull(),
  categories: text().array().notNull(),
  categoryRole: text('category_role').$type<CategoryRole>().notNull(),
  query: text().notNull(),
  titleQuery: text('title_query').notNull(),
});

/** One row: the set of topics that was loaded last, and how far papers are sorted by it. */
export const topicSet = pgTable('topic_set', {
  id: smallint().primaryKey(),
  name: text().notNull(),
  loadedAt: instant('loaded_at').notNull(),
  /** The last paper that was sorted; null before the first one. */
  sortedDownToDay: day('sorted_down_to_day'),
  sortedDownToId: text('sorted_down_to_id'),
  /** When the last paper was sorted; null while some are not. */
  sortedAt: instant('sorted_at'),
});

export const papers = pgTable('papers', {
  id: text().primaryKey(),
  source: text().notNull(),
  title: text().notNull(),
  abstract: text().notNull(),
  authors: text().array().notNull(),
  authorCount: integer('author_count'),
  organization: text(),
  publishedOn: day('published_on'),
  listedOn: day('listed_on').notNull(),
  usableOn: day('usable_on').notNull(),
  /** The day on which a source reported the withdrawal. */
  withdrawnOn: day('withdrawn_on'),
  upvotes: integer().notNull(),
  comments: integer().notNull(),
  url: text(),
  codeUrl: text('code_url'),
  categories: text().array().notNull(),
  details: jsonb().$type<SourceDetails>().notNull(),
  storedAt: instant('stored_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
  words: tsvector()
    .notNull()
    .generatedAlwaysAs(
      sql`setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', abstract), 'B')`,
    ),
});

export const paperTopics = pgTable(
  'paper_topics',
  {
    paperId: text('paper_id').notNull(),
    topicSlug: text('topic_slug').notNull(),
    score: real().notNull(),
    /** It is one of the paper's topics; the other matches count for followers only. */
    isShown: boolean('is_shown').notNull(),
    /** A copy of the paper's day, which never changes, for the index of a topic's newest papers. */
    listedOn: day('listed_on').notNull(),
  },
  (table) => [primaryKey({ columns: [table.paperId, table.topicSlug] })],
);

export const subscribers = pgTable('subscribers', {
  id: id('id').primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull(),
  emailKey: text('email_key').notNull().unique(),
  status: text().$type<SubscriberStatus>().notNull(),
  topics: text().array().notNull(),
  topicsOnly: boolean('topics_only').notNull(),
  showsSummaries: boolean('shows_summaries').notNull(),
  mutedTopics: text('muted_topics').array().notNull(),
  keywords: text().array().notNull(),
  /** Authors and organisations whose papers rank first. */
  names: text().array().notNull(),
  frequency: text().$type<Frequency>().notNull(),
  timezone: text().notNull(),
  hour: smallint().notNull(),
  /** The most papers in one digest. */
  papers: smallint().notNull(),
  /** The most minutes of reading in one digest; null when `papers` limits it instead. */
  minutes: smallint(),
  relevanceThreshold: text('relevance_threshold').$type<RelevanceThreshold>().notNull(),
  allowsClicks: boolean('allows_clicks').notNull(),
  createdAt: instant('created_at').notNull(),
  confirmedAt: instant('confirmed_at'),
  unsubscribedAt: instant('unsubscribed_at'),
  updatedAt: instant('updated_at').notNull(),
  /** When the current or the latest pause began. */
  pausedAt: instant('paused_at'),
  /** The day of the first digest after the pause; null when the pause has no end. */
  pausedUntil: day('paused_until'),
  /**
   * Date of the first digest with no paper above the threshold since the last delivery; null if
   * none.
   */
  quietSince: day('quiet_since'),
  /** The profile learned from feedback, packed (domain/ranking). */
  learned: text(),
  /** Terms that the subscriber removed from the profile. */
  unlearned: text().array().notNull(),
  /** Feedback given before this does not count. */
  learnsSince: instant('learns_since'),
  /** When the profile was last learned; null before it first was. */
  learnedAt: instant('learned_at'),
});

export const consents = pgTable('consents', {
  id: id('id').primaryKey().generatedAlwaysAsIdentity(),
  subscriberId: id('subscriber_id').notNull(),
  givenAt: instant('given_at').notNull(),
  confirmedAt: instant('confirmed_at').notNull(),
  /** How it was given: `form`, `api`, `import` or `email`. */
  channel: text().notNull(),
  wording: text().notNull(),
  network: text(),
});

/** Feedback of subscribers on papers. */
export const feedback = pgTable(
  'feedback',
  {
    subscriberId: id('subscriber_id').notNull(),
    paperId: text('paper_id').notNull(),
    verb: text().$type<FeedbackVerb>().notNull(),
    givenAt: instant('given_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subscriberId, table.paperId, table.verb] })],
);

/** Papers that subscribers brought: private, and never shown to anybody else. */
export const libraryPapers = pgTable(
  'library_papers',
  {
    subscriberId: id('subscriber_id').notNull(),
    /** Numbers the papers of a subscriber in the order in which they were added. */
    position: integer().notNull(),
    /** Empty until it is looked up by its id. */
    title: text().notNull(),
    abstract: text().notNull(),
    arxivId: text('arxiv_id'),
    doi: text(),
    /** The stored paper that is the same; its title and abstract then count. */
    paperId: text('paper_id'),
    addedAt: instant('added_at').notNull(),
    /** When its title and abstract were looked up, successfully or not. */
    lookedUpAt: instant('looked_up_at'),
  },
  (table) => [primaryKey({ columns: [table.subscriberId, table.position] })],
);

/** Requests to other sites for a subscriber's library, at most one of each kind. */
export const libraryLookups = pgTable(
  'library_lookups',
  {
    subscriberId: id('subscriber_id').notNull(),
    kind: text().$type<LookupKind>().notNull(),
    /** The ORCID iD or the name; empty for the papers that the library holds. */
    query: text().notNull(),
    state: text().$type<LookupState>().notNull(),
    requestedAt: instant('requested_at').notNull(),
    /** When to try next. */
    nextAt: instant('next_at').notNull(),
    attempts: smallint().notNull(),
    /** Number of papers that were found. */
    found: integer().notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [primaryKey({ columns: [table.subscriberId, table.kind] })],
);

export const suppressions = pgTable('suppressions', {
  emailHash: bytea('email_hash').primaryKey(),
  reason: text().$type<SuppressionReason>().notNull(),
  createdAt: instant('created_at').notNull(),
  /** The digest whose delivery bounced. */
  digestId: integer('digest_id'),
});

export const transactionalEmails = pgTable('transactional_emails', {
  id: id('id').primaryKey().generatedAlwaysAsIdentity(),
  subscriberId: id('subscriber_id').notNull(),
  kind: text().$type<TransactionalKind>().notNull(),
  state: text().$type<TransactionalState>().notNull(),
  tokenHash: bytea('token_hash').unique(),
  requestedAt: instant('requested_at').notNull(),
  /**
   * When to send it: later than `requested_at` when another one was sent within the hour before.
   */
  sendAt: instant('send_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
  /** When to try next: `send_at` at first, later after each deferral. */
  nextAt: instant('next_at').notNull(),
  attempts: smallint().notNull(),
  messageId: text('message_id'),
  sentAt: instant('sent_at'),
  reply: text(),
  /** The papers that the e-mail shows, the best first. */
  paperIds: text('paper_ids').array().notNull(),
  /** Why each was chosen, packed, in the same order. */
  reasons: reasons('reasons').notNull(),
  /** The request that the link confirms; null for other e-mails, and once a link was confirmed. */
  signUpRequest: jsonb('sign_up_request').$type<SignUpRequest>(),
  /** The lease under which it is being sent; null otherwise. */
  leaseId: id('lease_id'),
});

export const digests = pgTable(
  'digests',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    kind: text().$type<DigestKind>().notNull(),
    date: day('date').notNull(),
    number: integer().notNull(),
    composedAt: instant('composed_at').notNull(),
    audience: integer().notNull(),
    /** While set, no delivery is claimed or sent. */
    pausedAt: instant('paused_at'),
    pauseReason: text('pause_reason'),
    cancelledAt: instant('cancelled_at'),
    /** Number of deliveries by final state, kept when retention drops the deliveries. */
    finalStates: jsonb('final_states').$type<Record<DeliveryState, number>>(),
    /** The timeline of the server on which its deliveries are known to be complete. */
    timelineId: integer('timeline_id').notNull().default(sql`database_timeline()`),
  },
  (table) => [unique().on(table.kind, table.date)],
);

export const digestPapers = pgTable(
  'digest_papers',
  {
    digestId: integer('digest_id').notNull(),
    rank: smallint().notNull(),
    paperId: text('paper_id').notNull(),
    kind: text().$type<DigestKind>().notNull(),
    popularity: real().notNull(),
    /** The paper as it was when the digest froze it. */
    snapshot: jsonb().$type<TopicPaper>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.digestId, table.rank] }),
    unique().on(table.paperId, table.kind),
  ],
);

export const leases = pgTable('leases', {
  id: id('id').primaryKey().generatedAlwaysAsIdentity(),
  instanceId: text('instance_id').notNull(),
  expiresAt: instant('expires_at').notNull(),
  /** The timeline of the server on which it was opened: on another one it has ended. */
  timelineId: integer('timeline_id').notNull().default(sql`database_timeline()`),
  /** Since when it has been renewed without a gap. */
  steadySince: instant('steady_since').notNull(),
  /** When a process first saw that it had expired. */
  expiredSeenAt: instant('expired_seen_at'),
});

/** Deliveries of one digest that are due at the same time and that one job handles. */
export const batches = pgTable(
  'batches',
  {
    digestId: integer('digest_id').notNull(),
    batch: integer().notNull(),
    sendAt: instant('send_at').notNull(),
    /** When to claim it next; null when nothing is left to send. */
    dueAt: instant('due_at'),
    /** When the first of its open deliveries expires; null when nothing is left to send. */
    expiresAt: instant('expires_at'),
    /** Its pending deliveries are due now, whatever hour their subscribers chose. */
    isImmediate: boolean('is_immediate').notNull(),
    /** Number of claims, so that each claim gets a job id of its own. */
    claims: integer().notNull(),
    /** The lease of the worker that claimed it. */
    leaseId: id('lease_id'),
    /** Number of its deliveries by state; null while it is claimed. */
    states: jsonb().$type<Partial<Record<DeliveryState, number>>>(),
    claimedAt: instant('claimed_at'),
    countedAt: instant('counted_at'),
    /** Number of deliveries sent since the last claim. */
    sentSinceClaim: integer('sent_since_claim').notNull(),
  },
  (table) => [primaryKey({ columns: [table.digestId, table.batch] })],
);

/** Number of first attempts of a digest by how late they were, after the readers' hour. */
export const deliveryDelays = pgTable(
  'delivery_delays',
  {
    digestId: integer('digest_id').notNull(),
    seconds: integer().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.digestId, table.seconds] })],
);

/** The domains that asked to slow down, for all workers. Loss delays nothing for long. */
export const domainThrottles = pgTable('domain_throttles', {
  domain: text().primaryKey(),
  /** Mails that one worker may have in flight to it. */
  concurrencyLimit: integer('concurrency_limit').notNull(),
  /** The length of the last back-off. */
  backoffMs: integer('backoff_ms').notNull(),
  backoffUntil: instant('backoff_until').notNull(),
});

/**
 * One partition for each digest (`deliveries_12`), created by composing and dropped by retention.
 * No index contains a column that sending changes, so PostgreSQL updates rows in place (HOT).
 */
export const deliveries = pgTable(
  'deliveries',
  {
    digestId: integer('digest_id').notNull(),
    subscriberId: id('subscriber_id').notNull(),
    batch: integer().notNull(),
    state: text().$type<DeliveryState>().notNull(),
    /** First occurrence of the subscriber's hour at or after composing. Never changes. */
    sendAt: instant('send_at').notNull(),
    /** Time of the next attempt: `send_at` at first, later after each deferral. */
    nextAt: instant('next_at').notNull(),
    /** When the subscriber's next digest is due: this one is not sent any more then. */
    expiresAt: instant('expires_at').notNull(),
    /** Number of the last attempt. Never decreases, so that no late result matches a later
     *  attempt. */
    attempts: smallint().notNull(),
    leaseId: id('lease_id'),
    /** For `unknown`: the lease that ended while it was being sent. Its worker may still know the
     *  result. */
    lostLeaseId: id('lost_lease_id'),
    selection: selection('selection'),
    messageId: text('message_id'),
    messageDate: instant('message_date'),
    relay: text(),
    reply: text(),
    detail: text(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.digestId, table.subscriberId] }),
    index('deliveries_batch').on(table.batch),
  ],
);

/** The sources that listed a paper, each with its own days. */
export const paperSources = pgTable(
  'paper_sources',
  {
    paperId: text('paper_id').notNull(),
    source: text().notNull(),
    listedOn: day('listed_on').notNull(),
    usableOn: day('usable_on').notNull(),
    seenAt: instant('seen_at').notNull(),
    /** As last reported; null for a source that does not count them. */
    upvotes: integer(),
    comments: integer(),
    withdrawnOn: day('withdrawn_on'),
  },
  (table) => [primaryKey({ columns: [table.paperId, table.source] })],
);

/** State of each source that was ever fetched, by its name in the setting SOURCES. */
export const sources = pgTable('sources', {
  name: text().primaryKey(),
  /** The URL that returned `etag` and `last_modified`. */
  validatedUrl: text('validated_url'),
  etag: text(),
  lastModified: text('last_modified'),
  /** Time of the next fetch. */
  nextAt: instant('next_at').notNull(),
  /** Consecutive failures. */
  failures: integer().notNull(),
  succeededAt: instant('succeeded_at'),
  /** When it last listed a new paper. */
  lastNewPaperAt: instant('last_new_paper_at'),
  /** The newest day that it returned a list for. */
  newestListDay: day('newest_list_day'),
});

/** A record of each fetch, kept for some weeks. */
export const fetches = pgTable('fetches', {
  id: id('id').primaryKey().generatedAlwaysAsIdentity(),
  source: text().notNull(),
  day: day('day'),
  startedAt: instant('started_at').notNull(),
  endedAt: instant('ended_at').notNull(),
  outcome: text().$type<FetchOutcome>().notNull(),
  found: integer().notNull(),
  added: integer().notNull(),
  updated: integer().notNull(),
  refused: integer().notNull(),
  detail: text(),
});

/** When any process may send the next request to a host, on the database's clock. */
export const hostPermits = pgTable('host_permits', {
  host: text().primaryKey(),
  /** Incremented with each permit, so that a process can release only its own. */
  fencingToken: id('fencing_token').notNull(),
  /** Whether a request is in progress. If so, the permit expires at `available_at`. */
  isHeld: boolean('is_held').notNull(),
  availableAt: instant('available_at').notNull(),
});

/** When the next message may go to a relay, after all that workers have reserved. */
export const sendingRateLimits = pgTable('sending_rate_limits', {
  relay: text().primaryKey(),
  nextAt: instant('next_at').notNull(),
});

/** Incidents. One is open as long as its problem lasts. */
export const alerts = pgTable('alerts', {
  id: id('id').primaryKey().generatedAlwaysAsIdentity(),
  kind: text().$type<AlertKind>().notNull(),
  subject: text().notNull(),
  sentence: text().notNull(),
  raisedAt: instant('raised_at').notNull(),
  /** When the problem was last found. */
  seenAt: instant('seen_at').notNull(),
  times: integer().notNull(),
  endedAt: instant('ended_at'),
  /** When the operator was notified of the start, and of the end. */
  mailedAt: instant('mailed_at'),
  endMailedAt: instant('end_mailed_at'),
  /** When any process may send the pending notification; null when none is pending. */
  nextMailAt: instant('next_mail_at'),
});
