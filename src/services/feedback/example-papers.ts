import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { addFeedback, listFeedback, lockLearning } from '../../db/feedback/feedback.ts';
import { listLibrary } from '../../db/library/library-papers.ts';
import { findPapersByIds } from '../../db/papers/papers.ts';
import { listPopularPapers } from '../../db/papers/popular-papers.ts';
import { MAX_FEEDBACK } from '../../domain/feedback/feedback-event.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import {
  EXAMPLE_COUNT,
  type ExampleCandidate,
  pickExamples,
} from '../../domain/ranking/example-papers.ts';
import type { LearnedTerm } from '../../domain/ranking/learned-terms.ts';
import { rankPapers } from '../../domain/ranking/ranking.ts';
import { computeTermVector } from '../../domain/ranking/term-vector.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { NUL } from '../../domain/text/clean-text.ts';
import { requireConfirmed } from '../subscribers/require-confirmed.ts';
import { type FeedbackDeps, relearn } from './relearn.ts';

/** Examples come from the papers of this many days. */
const EXAMPLE_DAYS = 30;

/** The most discussed papers overall and on followed topics that are compared. */
const MOST_POPULAR = 100;

/** Papers whose terms are counted before yielding to the event loop. */
const PAPERS_PER_TICK = 20;

/** Fewer are no choice. */
const MIN_EXAMPLES = 3;

/**
 * Recent papers from which a subscriber chooses, the most telling first: not muted, not rated and
 * not in the library. Empty when there are fewer than three.
 */
export async function listExamples(
  { db, termStatistics }: Pick<FeedbackDeps, 'db' | 'termStatistics'>,
  { id, topics, mutedTopics }: Pick<Subscriber, 'id' | 'topics' | 'mutedTopics'>,
): Promise<TopicPaper[]> {
  const popular = await listPopularPapers(db, { days: EXAMPLE_DAYS, limit: MOST_POPULAR });
  const ofTopics =
    topics.length === 0
      ? []
      : await listPopularPapers(db, { days: EXAMPLE_DAYS, topics, limit: MOST_POPULAR });
  const known = await listKnownPaperIds(db, id);
  const papers = [...new Map([...ofTopics, ...popular].map((paper) => [paper.id, paper])).values()];
  const idf = await termStatistics();
  const candidates: ExampleCandidate[] = [];
  for (const paper of rankPapers(papers)) {
    if (known.has(paper.id) || paper.topics.some(({ slug }) => mutedTopics.includes(slug)))
      continue;
    candidates.push({ paper, vector: computeTermVector(paper, idf) });
    if (candidates.length % PAPERS_PER_TICK === 0) await yieldToEventLoop();
  }
  const examples = pickExamples(candidates, { followed: topics });
  return examples.length < MIN_EXAMPLES ? [] : examples;
}

async function listKnownPaperIds(db: FeedbackDeps['db'], subscriberId: number) {
  const feedback = await listFeedback(db, subscriberId, { limit: MAX_FEEDBACK });
  const library = await listLibrary(db, subscriberId);
  return new Set([
    ...feedback.map(({ paper }) => paper.id),
    ...library.flatMap(({ paperId }) => paperId ?? []),
  ]);
}

/**
 * Records `more` on the papers that a subscriber chose and learns from them, in one transaction.
 * Returns how many papers were chosen and the strongest terms learned.
 * @throws PaperboyError `NOT_CONFIRMED`, `UNKNOWN_TOKEN`.
 */
export async function chooseExamples(
  { db, clock, termStatistics }: FeedbackDeps,
  subscriberId: number,
  paperIds: readonly string[],
): Promise<{ chosen: number; terms: LearnedTerm[] }> {
  await requireConfirmed(db, subscriberId);
  const now = clock();
  const idf = await termStatistics();
  return db.transaction(async (tx) => {
    const subscriber = await lockLearning(tx, subscriberId);
    const ids = [...new Set(paperIds)]
      .filter((each) => !each.includes(NUL))
      .slice(0, EXAMPLE_COUNT);
    const papers = await findPapersByIds(tx, ids);
    if (!subscriber || papers.length === 0) return { chosen: 0, terms: [] };
    for (const { id: paperId } of papers)
      await addFeedback(tx, { subscriberId, paperId, verb: 'more', givenAt: now });
    const { terms } = await relearn(tx, subscriberId, subscriber, { idf, now });
    return { chosen: papers.length, terms: terms.filter(({ weight }) => weight > 0) };
  });
}
