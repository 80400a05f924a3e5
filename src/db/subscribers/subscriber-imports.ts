import { sql } from 'drizzle-orm';
import type { EmailAddress } from '../../domain/subscribers/email-address.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../../domain/subscribers/subscriber.ts';
import type { Db } from '../client.ts';
import { toJson } from '../json.ts';

/** A row of an import file; preferences that it does not name are absent. */
export interface ImportedSubscriber {
  address: EmailAddress;
  emailHash: Buffer;
  preferences: Partial<Preferences>;
  /** Pauses an active subscriber. @defaultValue null */
  pausedUntil?: string | null;
  /** The wording of the consent. */
  consent: string;
  /** False for a row that only updates a known subscriber. @defaultValue true */
  canCreateSubscriber?: boolean;
}

/** How many rows had each outcome. */
export interface ImportCounts {
  added: number;
  updated: number;
  suppressed: number;
}

interface ImportResult extends ImportCounts {
  /** Keys of unknown addresses whose rows must not add a subscriber. */
  leftOut: string[];
}

/**
 * Stores a batch in one statement. New subscribers are active (or paused), each with a consent.
 * Known ones get the preferences that the row names and never become active. Suppressed addresses
 * are left out. The addresses of one batch must differ.
 */
export async function importSubscribers(
  db: Db,
  batch: readonly ImportedSubscriber[],
  now: Date,
): Promise<ImportResult> {
  const rows = batch.map(toImportRow);
  const result = await db.execute<ImportResult & { [column: string]: unknown }>(sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${toJson(rows)}::jsonb) AS given (
        email text, email_key text, email_hash text, topics text[], topics_only boolean, shows_summaries boolean, muted_topics text[],
        keywords text[], names text[], frequency text, timezone text, hour smallint,
        papers smallint, minutes smallint, relevance_threshold text, paused_until date, consent text,
        may_add boolean)
    ), wanted AS MATERIALIZED (
      SELECT given.* FROM given
      WHERE NOT EXISTS (
        SELECT FROM suppressions WHERE suppressions.email_hash = decode(given.email_hash, 'hex'))
    ), stored AS (
      INSERT INTO subscribers AS known (email, email_key, status, paused_until, paused_at,
        topics, topics_only, shows_summaries, muted_topics, keywords, names, minutes, relevance_threshold, frequency, timezone, hour, papers,
        created_at, confirmed_at, updated_at)
      SELECT email, email_key, CASE WHEN paused_until IS NULL THEN 'active' ELSE 'paused' END,
        paused_until, CASE WHEN paused_until IS NOT NULL THEN ${now}::timestamptz END,
        coalesce(topics, '{}'),
        coalesce(topics_only, ${DEFAULT_PREFERENCES.topicsOnly}::boolean),
        coalesce(shows_summaries, ${DEFAULT_PREFERENCES.showsSummaries}::boolean), coalesce(muted_topics, '{}'), coalesce(keywords, '{}'),
        coalesce(names, '{}'), minutes,
        coalesce(relevance_threshold, ${DEFAULT_PREFERENCES.relevanceThreshold}::text),
        coalesce(frequency, ${DEFAULT_PREFERENCES.frequency}::text),
        coalesce(timezone, ${DEFAULT_PREFERENCES.timezone}::text),
        coalesce(hour, ${DEFAULT_PREFERENCES.hour}::smallint),
        coalesce(papers, ${DEFAULT_PREFERENCES.papers}::smallint), ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
      FROM wanted
      WHERE may_add
      ON CONFLICT (email_key) DO NOTHING
      RETURNING id, email_key
    ), consented AS (
      INSERT INTO consents (subscriber_id, given_at, confirmed_at, channel, wording)
      SELECT stored.id, ${now}::timestamptz, ${now}::timestamptz, 'import', wanted.consent
      FROM stored JOIN wanted USING (email_key)
    ), changed AS (
      UPDATE subscribers AS known SET
        topics = coalesce(wanted.topics, known.topics),
        topics_only = coalesce(wanted.topics_only, known.topics_only),
        shows_summaries = coalesce(wanted.shows_summaries, known.shows_summaries),
        muted_topics = coalesce(wanted.muted_topics, known.muted_topics),
        keywords = coalesce(wanted.keywords, known.keywords),
        names = coalesce(wanted.names, known.names),
        minutes = coalesce(wanted.minutes, known.minutes),
        relevance_threshold = coalesce(wanted.relevance_threshold, known.relevance_threshold),
        status = CASE WHEN wanted.paused_until IS NOT NULL AND known.status = 'active'
          THEN 'paused' ELSE known.status END,
        paused_until = CASE WHEN known.status IN ('active', 'paused')
          THEN coalesce(wanted.paused_until, known.paused_until) ELSE known.paused_until END,
        paused_at = CASE WHEN wanted.paused_until IS NOT NULL AND known.status = 'active'
          THEN ${now}::timestamptz ELSE known.paused_at END,
        frequency = coalesce(wanted.frequency, known.frequency),
        timezone = coalesce(wanted.timezone, known.timezone),
        hour = coalesce(wanted.hour, known.hour),
        papers = coalesce(wanted.papers, known.papers),
        updated_at = ${now}
      FROM wanted
      WHERE known.email_key = wanted.email_key
      RETURNING known.email_key
    )
    SELECT (SELECT count(*) FROM stored)::int AS added,
           (SELECT count(*) FROM changed)::int AS updated,
           ((SELECT count(*) FROM given) - (SELECT count(*) FROM wanted))::int AS suppressed,
           ARRAY(SELECT email_key FROM wanted WHERE NOT may_add EXCEPT SELECT email_key FROM changed) AS "leftOut"`);
  return result.rows[0] ?? { added: 0, updated: 0, suppressed: 0, leftOut: [] };
}

/** A row as the statement reads it; what it does not name is null. */
function toImportRow({
  address,
  emailHash,
  preferences,
  pausedUntil = null,
  consent,
  canCreateSubscriber = true,
}: ImportedSubscriber) {
  const {
    mutedTopics,
    topicsOnly,
    showsSummaries,
    relevanceThreshold,
    allowsClicks: _never,
    ...named
  } = preferences;
  return {
    email: address.email,
    email_key: address.key,
    email_hash: emailHash.toString('hex'),
    ...named,
    topics_only: topicsOnly,
    shows_summaries: showsSummaries,
    muted_topics: mutedTopics,
    relevance_threshold: relevanceThreshold,
    paused_until: pausedUntil,
    consent,
    may_add: canCreateSubscriber,
  };
}
