import {
  addFeedback,
  type Learning,
  listFeedback,
  lockLearning,
  removeFeedback,
} from '../db/feedback.ts';
import { findPaper } from '../db/papers.ts';
import type { Verb } from '../domain/feedback.ts';
import { type LearnedTerm, unpackLearned } from '../domain/learned.ts';
import type { TopicPaper } from '../domain/paper.ts';
import { termsOf } from '../domain/terms.ts';
import { type FeedbackDeps, relearn } from './support/learning.ts';

/** Which reader says what of which paper. */
export interface ReaderFeedback {
  subscriberId: number;
  paperId: string;
  verb: Verb;
}

/** What became of it. */
export interface Heard {
  paper: TopicPaper;
  /** False when it was said (or, to take it back, not said) before: nothing changed. */
  isNew: boolean;
  /** What is known now of the terms of this paper, the strongest first: weights from -1 to 1. */
  terms: LearnedTerm[];
}

/** Terms that are told. */
const MOST_TOLD = 5;

/** `more` and `less` exclude each other. */
const OPPOSITES: Partial<Record<Verb, Verb>> = { more: 'less', less: 'more' };

/**
 * Records what a reader says of a paper, and learns from it, in one transaction. To say `more` takes a
 * `less` back, and the other way round; the same again changes nothing. A `click` counts only of a reader
 * who allows that. Null, and nothing recorded, when there is no such reader or paper, or clicks do not
 * count. Whether the paper was the reader's to judge is for the caller to know.
 */
export function giveFeedback(deps: FeedbackDeps, given: ReaderFeedback): Promise<Heard | null> {
  return hear(deps, given, async (tx, reader, givenAt) => {
    if (given.verb === 'click' && !reader.allowsClicks) return null;
    const opposite = OPPOSITES[given.verb];
    if (opposite !== undefined) await removeFeedback(tx, { ...given, verb: opposite });
    return addFeedback(tx, { ...given, givenAt });
  });
}

/** Takes back what a reader said of a paper, and unlearns it, in one transaction. Null when there is no such
 *  reader or paper. */
export function takeBackFeedback(deps: FeedbackDeps, given: ReaderFeedback): Promise<Heard | null> {
  return hear(deps, given, (tx) => removeFeedback(tx, given));
}

async function hear(
  { db, clock, termStatistics }: FeedbackDeps,
  { subscriberId, paperId }: ReaderFeedback,
  change: (tx: FeedbackDeps['db'], reader: Learning, now: Date) => Promise<boolean | null>,
): Promise<Heard | null> {
  const now = clock();
  const idf = await termStatistics();
  return db.transaction(async (tx) => {
    const reader = await lockLearning(tx, subscriberId);
    const paper = reader && (await findPaper(tx, paperId));
    if (!reader || !paper) return null;
    const isNew = await change(tx, reader, now);
    if (isNew === null) return null;
    const { terms } = isNew
      ? await relearn(tx, subscriberId, reader, { idf, now })
      : unpackLearned(reader.learned);
    const said = termsOf(paper);
    return { paper, isNew, terms: terms.filter(({ term }) => said.has(term)).slice(0, MOST_TOLD) };
  });
}

/** What the reader has said of one paper. */
export async function feedbackOn(
  { db }: Pick<FeedbackDeps, 'db'>,
  { subscriberId, paperId }: Pick<ReaderFeedback, 'subscriberId' | 'paperId'>,
): Promise<Verb[]> {
  const given = await listFeedback(db, subscriberId, { paperId, limit: 10 });
  return given.map(({ verb }) => verb);
}
