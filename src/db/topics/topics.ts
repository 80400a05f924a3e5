import { eq, sql } from 'drizzle-orm';
import type { Topic, TopicDefinition, TopicStatus } from '../../domain/topics/topic.ts';
import type { TopicAudience } from '../../domain/topics/topic-load.ts';
import type { Db } from '../client.ts';
import { toJson } from '../json.ts';
import { paperTopics, topics } from '../schema.ts';

const COLUMNS = {
  slug: topics.slug,
  name: topics.name,
  group: topics.groupName,
  status: topics.status,
  categories: topics.categories,
  categoryRole: topics.categoryRole,
  query: topics.query,
  titleQuery: topics.titleQuery,
};

/** All topics in display order, also retired ones. */
export async function listTopics(db: Db): Promise<Topic[]> {
  return db.select(COLUMNS).from(topics).orderBy(topics.position, topics.slug);
}

/** Slugs that preferences may contain: those of topics that are offered or kept. */
export async function listValidTopicSlugs(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ slug: topics.slug })
    .from(topics)
    .where(sql`status <> 'retired'`)
    .orderBy(topics.position, topics.slug);
  return new Set(rows.map(({ slug }) => slug));
}

/** Names of the topics by slug. */
export async function listTopicNames(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await db.select({ slug: topics.slug, name: topics.name }).from(topics);
  return new Map(rows.map(({ slug, name }) => [slug, name]));
}

/** The topic with that slug, or null. */
export async function findTopic(db: Db, slug: string): Promise<Topic | null> {
  const [topic] = await db.select(COLUMNS).from(topics).where(eq(topics.slug, slug));
  return topic ?? null;
}

/** Stores topics by slug as offered ones; their order is the display order. */
export async function saveTopics(db: Db, list: readonly TopicDefinition[]): Promise<void> {
  const rows = list.map((topic, position) => ({ ...topic, position }));
  await db.execute(sql`
    INSERT INTO topics (slug, name, group_name, position, status, categories, category_role, query, title_query)
    SELECT slug, name, "group", position, 'offered', categories, "categoryRole", query, "titleQuery"
    FROM json_to_recordset(${toJson(rows)}::json) AS topic (slug text, name text, "group" text,
      position smallint, categories text[], "categoryRole" text, query text, "titleQuery" text)
    ON CONFLICT (slug) DO UPDATE SET
      name = excluded.name, group_name = excluded.group_name, position = excluded.position,
      status = excluded.status, categories = excluded.categories,
      category_role = excluded.category_role, query = excluded.query,
      title_query = excluded.title_query`);
}

/** Changes the status of topics, by slug, and lists them after the others. */
export async function setTopicStatuses(
  db: Db,
  statuses: ReadonlyMap<string, TopicStatus>,
): Promise<void> {
  await db.execute(sql`
    UPDATE topics SET status = change.status, position = ${LAST_POSITION}
    FROM unnest(${sql.param([...statuses.keys()])}::text[], ${sql.param([...statuses.values()])}::text[])
      AS change (slug, status)
    WHERE topics.slug = change.slug`);
}

const LAST_POSITION = 32_767;

/** A subscriber's topics, and those that a sign-up asks for which is not confirmed yet. */
export async function listTopicAudiences(db: Db): Promise<Map<string, TopicAudience>> {
  const { rows } = await db.execute<TopicAudience & Record<string, unknown> & { slug: string }>(sql`
    WITH followed AS (
      SELECT unnest(topics) AS slug FROM subscribers
      UNION ALL
      SELECT jsonb_array_elements_text(sign_up_request #> '{preferences,topics}')
      FROM transactional_emails
      WHERE jsonb_typeof(sign_up_request #> '{preferences,topics}') = 'array'
    ), muted AS (
      SELECT unnest(muted_topics) AS slug FROM subscribers
      UNION ALL
      SELECT jsonb_array_elements_text(sign_up_request #> '{preferences,mutedTopics}')
      FROM transactional_emails
      WHERE jsonb_typeof(sign_up_request #> '{preferences,mutedTopics}') = 'array'
    )
    SELECT slug, sum(follows)::int AS followers, sum(mutes)::int AS muters FROM (
      SELECT slug, 1 AS follows, 0 AS mutes FROM followed
      UNION ALL SELECT slug, 0, 1 FROM muted) AS wanted
    GROUP BY slug`);
  return new Map(rows.map(({ slug, followers, muters }) => [slug, { followers, muters }]));
}

/** All topics that are not retired, in display order, each with its number of papers listed on the
 *  days given, both ends included, or on all days when null. */
export async function listTopicCounts(
  db: Db,
  days: { first: string; last: string } | null,
): Promise<(Topic & { count: number })[]> {
  // One subquery per topic follows the order of the index.
  const within = days === null ? sql`` : sql`AND listed_on BETWEEN ${days.first} AND ${days.last}`;
  const count = sql<number>`(
    SELECT count(*)::int FROM ${paperTopics} WHERE topic_slug = topics.slug AND is_shown ${within})`;
  return db
    .select({ ...COLUMNS, count })
    .from(topics)
    .where(sql`status <> 'retired'`)
    .orderBy(topics.position, topics.slug);
}
