import { and, eq, lt, notInArray, sql } from 'drizzle-orm';
import type { EmailAddress } from '../../domain/subscribers/email-address.ts';
import type {
  Preferences,
  Subscriber,
  SubscriberStatus,
} from '../../domain/subscribers/subscriber.ts';
import type { SubscriberChanges } from '../../domain/subscribers/subscriber-changes.ts';
import { toKnownTimezone } from '../../domain/time/schedule.ts';
import type { Db } from '../client.ts';
import { subscribers } from '../schema.ts';

const COLUMNS = {
  id: subscribers.id,
  email: subscribers.email,
  status: subscribers.status,
  topics: subscribers.topics,
  keywords: subscribers.keywords,
  frequency: subscribers.frequency,
  timezone: subscribers.timezone,
  hour: subscribers.hour,
  papers: subscribers.papers,
  names: subscribers.names,
  mutedTopics: subscribers.mutedTopics,
  minutes: subscribers.minutes,
  topicsOnly: subscribers.topicsOnly,
  showsSummaries: subscribers.showsSummaries,
  relevanceThreshold: subscribers.relevanceThreshold,
  allowsClicks: subscribers.allowsClicks,
  pausedUntil: subscribers.pausedUntil,
  createdAt: subscribers.createdAt,
  confirmedAt: subscribers.confirmedAt,
};

function toSubscriber(row: Subscriber): Subscriber {
  return { ...row, timezone: toKnownTimezone(row.timezone) };
}

/** The subscriber of that id, or null. */
export async function findSubscriber(db: Db, id: number): Promise<Subscriber | null> {
  const [row] = await db.select(COLUMNS).from(subscribers).where(eq(subscribers.id, id));
  return row ? toSubscriber(row) : null;
}

/** The subscriber known under `emailKey`, or null. */
export async function findSubscriberByEmail(db: Db, emailKey: string): Promise<Subscriber | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(subscribers)
    .where(eq(subscribers.emailKey, emailKey));
  return row ? toSubscriber(row) : null;
}

/** The subscriber known under `emailKey`, locked until the transaction ends, or null. */
export async function lockSubscriberByEmail(db: Db, emailKey: string): Promise<Subscriber | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(subscribers)
    .where(eq(subscribers.emailKey, emailKey))
    .for('update');
  return row ? toSubscriber(row) : null;
}

/** The subscriber of that id, locked until the transaction ends, or null. */
export async function lockSubscriber(db: Db, id: number): Promise<Subscriber | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(subscribers)
    .where(eq(subscribers.id, id))
    .for('update');
  return row ? toSubscriber(row) : null;
}

/** Counts the active subscribers whose addresses are none of these. */
export function countOtherActiveSubscribers(db: Db, emailKeys: readonly string[]): Promise<number> {
  return db.$count(
    subscribers,
    and(eq(subscribers.status, 'active'), notInArray(subscribers.emailKey, [...emailKeys])),
  );
}

/** A subscriber with everything that composing a digest needs. */
export interface DigestRecipient extends Subscriber {
  /** The normalised address, by which suppressions are found. */
  emailKey: string;
  /** Date of the first digest since the last mail that held nothing relevant enough. */
  quietSince: string | null;
  /** What was learned from feedback, packed. */
  learned: string | null;
}

/** Subscribers by id, without those that no longer exist. Called for every mail, so it bypasses
 *  the row mapper of drizzle, which takes longer than the query. */
export async function listDigestRecipients(
  db: Db,
  ids: readonly number[],
): Promise<Map<number, DigestRecipient>> {
  const result = await db.execute<{
    id: string;
    email: string;
    emailKey: string;
    status: SubscriberStatus;
    topics: string[];
    topicsOnly: boolean;
    showsSummaries: boolean;
    keywords: string[];
    frequency: Preferences['frequency'];
    timezone: string;
    hour: number;
    papers: number;
    names: string[];
    mutedTopics: string[];
    minutes: number | null;
    relevanceThreshold: Preferences['relevanceThreshold'];
    allowsClicks: boolean;
    pausedUntil: string | null;
    quietSince: string | null;
    learned: string | null;
    createdAt: string;
    confirmedAt: string | null;
  }>(sql`
    SELECT id, email, email_key AS "emailKey", status, to_json(topics) AS topics,
      topics_only AS "topicsOnly", shows_summaries AS "showsSummaries",
      to_json(keywords) AS keywords, frequency, timezone, hour, papers, to_json(names) AS names,
      to_json(muted_topics) AS "mutedTopics", minutes,
      relevance_threshold AS "relevanceThreshold", allows_clicks AS "allowsClicks",
      paused_until::text AS "pausedUntil", quiet_since::text AS "quietSince", learned,
      created_at AS "createdAt", confirmed_at AS "confirmedAt"
    FROM subscribers WHERE id = ANY(${sql.param([...ids])}::bigint[])`);
  const recipients = new Map<number, DigestRecipient>();
  for (const row of result.rows) {
    const id = Number(row.id);
    recipients.set(id, {
      id,
      email: row.email,
      emailKey: row.emailKey,
      status: row.status,
      topics: row.topics,
      topicsOnly: row.topicsOnly,
      showsSummaries: row.showsSummaries,
      keywords: row.keywords,
      frequency: row.frequency,
      timezone: toKnownTimezone(row.timezone),
      hour: row.hour,
      papers: row.papers,
      names: row.names,
      mutedTopics: row.mutedTopics,
      minutes: row.minutes,
      relevanceThreshold: row.relevanceThreshold,
      allowsClicks: row.allowsClicks,
      pausedUntil: row.pausedUntil,
      quietSince: row.quietSince,
      learned: row.learned,
      createdAt: new Date(row.createdAt),
      confirmedAt: row.confirmedAt === null ? null : new Date(row.confirmedAt),
    });
  }
  return recipients;
}

/** Adds a pending subscriber; null when the address is known already. */
export async function addSubscriber(
  db: Db,
  address: EmailAddress,
  preferences: Preferences & Pick<Subscriber, 'pausedUntil'>,
  now: Date,
): Promise<Subscriber | null> {
  const [row] = await db
    .insert(subscribers)
    .values({
      email: address.email,
      emailKey: address.key,
      status: 'pending',
      ...preferences,
      unlearned: [],
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning(COLUMNS);
  return row ? toSubscriber(row) : null;
}

/** Changes what `changes` names. Setting a pause turns `active` into `paused`, clearing it the
 *  reverse. */
export async function updatePreferences(
  db: Db,
  id: number,
  changes: SubscriberChanges,
  now: Date,
): Promise<Subscriber | null> {
  const [row] = await db
    .update(subscribers)
    .set({ ...changes, ...derivePauseColumns(changes, now), updatedAt: now })
    .where(eq(subscribers.id, id))
    .returning(COLUMNS);
  return row ? toSubscriber(row) : null;
}

function derivePauseColumns({ pausedUntil }: SubscriberChanges, now: Date) {
  if (pausedUntil === undefined) return {};
  if (pausedUntil === null) {
    return { status: sql`CASE status WHEN 'paused' THEN 'active' ELSE status END` };
  }
  return {
    status: sql`CASE status WHEN 'active' THEN 'paused' ELSE status END`,
    pausedAt: sql`CASE status WHEN 'paused' THEN paused_at ELSE ${now}::timestamptz END`,
  };
}

/** Sets the status and its timestamp. Unsubscribing also clears the pause. */
export async function updateStatus(
  db: Db,
  id: number,
  status: Exclude<SubscriberStatus, 'pending'>,
  now: Date,
): Promise<void> {
  const timestamps =
    status === 'unsubscribed'
      ? { unsubscribedAt: now, pausedUntil: null }
      : { confirmedAt: now, unsubscribedAt: null };
  await db
    .update(subscribers)
    .set({ status, ...timestamps, updatedAt: now })
    .where(eq(subscribers.id, id));
}

/** Removes the subscriber; consents, feedback and e-mails go by ON DELETE CASCADE. */
export async function eraseSubscriber(db: Db, id: number): Promise<boolean> {
  const removed = await db
    .delete(subscribers)
    .where(eq(subscribers.id, id))
    .returning({ id: subscribers.id });
  return removed.length > 0;
}

/** Removes subscribers who never confirmed, with their last sign-up before `before`. Returns how
 *  many. */
export async function removeUnconfirmedSubscribers(db: Db, before: Date): Promise<number> {
  const removed = await db.delete(subscribers).where(
    and(
      eq(subscribers.status, 'pending'),
      lt(subscribers.updatedAt, before),
      sql`NOT EXISTS (SELECT FROM transactional_emails
        WHERE subscriber_id = subscribers.id AND requested_at >= ${before})`,
    ),
  );
  return removed.rowCount ?? 0;
}

/** Whether anybody ever signed up, even if they were erased since. */
export async function hasEverHadSubscribers(db: Db): Promise<boolean> {
  const result = await db.execute<{ hasAny: boolean }>(sql`
    SELECT EXISTS (SELECT FROM subscribers) OR EXISTS (SELECT FROM suppressions) AS "hasAny"`);
  return result.rows[0]?.hasAny ?? false;
}

/** Yields every subscriber in order of id, read in pages, for exports that do not fit in memory. */
export async function* iterateSubscribers(db: Db, pageSize = 1000): AsyncGenerator<Subscriber> {
  let after = 0;
  for (;;) {
    const page = await db
      .select(COLUMNS)
      .from(subscribers)
      .where(sql`id > ${after}`)
      .orderBy(subscribers.id)
      .limit(pageSize);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}
