import {
  addFeedback,
  type Learning,
  listFeedback,
  lockLearning,
  removeFeedback,
} from '../../db/feedback/feedback.ts';
import { findPaper } from '../../db/papers/papers.ts';
import type { FeedbackVerb } from '../../domain/feedback/feedback-event.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { type LearnedTerm, unpackLearned } from '../../domain/ranking/learned-terms.ts';
import { extractTerms } from '../../domain/ranking/terms.ts';
import { type FeedbackDeps, relearn } from './relearn.ts';

/** Which reader says what of which paper. */
export interface PaperFeedback {
  subscriberId: number;
  paperId: string;
  verb: FeedbackVerb;
}

/** What became of it. */
export interface FeedbackResult {
  paper: TopicPaper;
  /** False when it was said (or, to take it back, not said) before: nothing changed. */
  isNew: boolean;
  /** What is known now of the terms of this paper, the strongest first: weights from -1 to 1. */
  terms: LearnedTerm[];
}

/** Terms that are told. */
const MAX_SHOWN_TERMS = 5;

/** `more` and `less` exclude each other. */
const OPPOSITES: Partial<Record<FeedbackVerb, FeedbackVerb>> = { more: 'less', less: 'more' };

/**
 * Records what a reader says of a paper, and learns from it, in one transaction. To say `more` takes a
 * `less` back, and the other way round; the same again changes nothing. A `click` counts only of a reader
 * who allows that. Null, and nothing recorded, when there is no such reader or paper, or clicks do not
 * count. Whether the paper was the reader's to judge is for the caller to know.
 */
export function giveFeedback(
  deps: FeedbackDeps,
  given: PaperFeedback,
): Promise<FeedbackResult | null> {
  return recordFeedback(deps, given, async (tx, subscriber, givenAt) => {
    if (given.verb === 'click' && !subscriber.allowsClicks) return null;
    const opposite = OPPOSITES[given.verb];
    if (opposite !== undefined) await removeFeedback(tx, { ...given, verb: opposite });
    return addFeedback(tx, { ...given, givenAt });
  });
}

/** Takes back what a reader said of a paper, and unlearns it, in one transaction. Null when there is no such
 *  reader or paper. */
export function takeBackFeedback(
  deps: FeedbackDeps,
  given: PaperFeedback,
): Promise<FeedbackResult | null> {
  return recordFeedback(deps, given, (tx) => removeFeedback(tx, given));
}

async function recordFeedback(
  { db, clock, termStatistics }: FeedbackDeps,
  { subscriberId, paperId }: PaperFeedback,
  change: (tx: FeedbackDeps['db'], subscriber: Learning, now: Date) => Promise<boolean | null>,
): Promise<FeedbackResult | null> {
  const now = clock();
  const idf = await termStatistics();
  return db.transaction(async (tx) => {
    const subscriber = await lockLearning(tx, subscriberId);
    const paper = subscriber && (await findPaper(tx, paperId));
    if (!subscriber || !paper) return null;
    const isNew = await change(tx, subscriber, now);
    if (isNew === null) return null;
    const { terms } = isNew
      ? await relearn(tx, subscriberId, subscriber, { idf, now })
      : unpackLearned(subscriber.learned);
    const paperTerms = extractTerms(paper);
    return {
      paper,
      isNew,
      terms: terms.filter(({ term }) => paperTerms.has(term)).slice(0, MAX_SHOWN_TERMS),
    };
  });
}

/** What the reader has said of one paper. */
export async function listFeedbackOn(
  { db }: Pick<FeedbackDeps, 'db'>,
  { subscriberId, paperId }: Pick<PaperFeedback, 'subscriberId' | 'paperId'>,
): Promise<FeedbackVerb[]> {
  const given = await listFeedback(db, subscriberId, { paperId, limit: 10 });
  return given.map(({ verb }) => verb);
}
