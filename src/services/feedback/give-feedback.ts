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

/** Feedback of a subscriber on a paper. */
interface PaperFeedback {
  subscriberId: number;
  paperId: string;
  verb: FeedbackVerb;
}

/** The result of giving or undoing feedback. */
interface FeedbackResult {
  paper: TopicPaper;
  /** False when nothing changed: it had been given before, or there was nothing to undo. */
  isNew: boolean;
  /** The terms of this paper that are learned now, the strongest first, with weights from -1 to
   *  1. */
  terms: LearnedTerm[];
}

/** Most terms in a result. */
const MAX_SHOWN_TERMS = 5;

/** `more` and `less` exclude each other. */
const OPPOSITES: Partial<Record<FeedbackVerb, FeedbackVerb>> = { more: 'less', less: 'more' };

/**
 * Records feedback and learns from it, in one transaction. `more` undoes `less` and the reverse;
 * the same feedback again changes nothing. A `click` counts only if the subscriber allows it.
 * Returns null, and records nothing, when there is no such subscriber or paper, or the click does
 * not count. The caller checks whether the subscriber may rate the paper.
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

/** Undoes feedback and unlearns it, in one transaction. Null when there is no such subscriber or
 *  paper. */
export function undoFeedback(
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

/** The feedback that the subscriber gave on one paper. */
export async function listFeedbackOn(
  { db }: Pick<FeedbackDeps, 'db'>,
  { subscriberId, paperId }: Pick<PaperFeedback, 'subscriberId' | 'paperId'>,
): Promise<FeedbackVerb[]> {
  const given = await listFeedback(db, subscriberId, { paperId, limit: 10 });
  return given.map(({ verb }) => verb);
}
