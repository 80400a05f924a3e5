import { type SQL, sql } from 'drizzle-orm';
import type { PaperTopic } from '../../domain/papers/paper.ts';
import { papers } from '../schema.ts';

const selectTopics = (condition: SQL) => sql<PaperTopic[]>`(
  SELECT coalesce(json_agg(json_build_object('slug', topic_slug, 'score', score) ORDER BY score DESC, topic_slug), '[]')
  FROM paper_topics WHERE paper_id = papers.id AND ${condition}
)`;

const countedBySources = (count: SQL) => sql<boolean>`EXISTS (
  SELECT FROM paper_sources WHERE paper_id = papers.id AND paper_sources.${count} IS NOT NULL
)`;

/** The columns of a paper with its topics. */
export const PAPER_COLUMNS = {
  id: papers.id,
  source: papers.source,
  title: papers.title,
  abstract: papers.abstract,
  authors: papers.authors,
  authorCount: papers.authorCount,
  organization: papers.organization,
  publishedOn: papers.publishedOn,
  listedOn: papers.listedOn,
  usableOn: papers.usableOn,
  upvotes: papers.upvotes,
  comments: papers.comments,
  url: papers.url,
  codeUrl: papers.codeUrl,
  categories: papers.categories,
  details: papers.details,
  topics: selectTopics(sql`is_shown`).as('paper_topics'),
  otherTopics: selectTopics(sql`NOT is_shown`).as('other_topics'),
  countsVotes: countedBySources(sql`upvotes`).as('counts_votes'),
  countsComments: countedBySources(sql`comments`).as('counts_comments'),
};

/** The most discussed first. */
export const MOST_DISCUSSED_FIRST = sql`ln(1 + papers.upvotes) + 0.5 * ln(1 + papers.comments) DESC,
  papers.published_on DESC NULLS LAST, papers.id`;

/** The newest day first, and the most discussed paper of a day first: the order of an index. */
export const NEWEST_FIRST = sql`papers.listed_on DESC, ${MOST_DISCUSSED_FIRST}`;
