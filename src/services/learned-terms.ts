import {
  findLearning,
  type GivenFeedback,
  listFeedback,
  lockLearning,
  removeFeedbackIn,
  updateLearning,
} from '../db/feedback.ts';
import { type LearnedTerm, sourcesOf, unpackLearned } from '../domain/learned.ts';
import { type FeedbackDeps, MOST_FEEDBACK, relearn } from './support/learning.ts';

/** What Paperboy has learned about a reader. */
export interface LearnedView {
  /** The strongest first: above 0 liked, below 0 not, from -1 to 1. `from` holds the feedback on papers that
   *  say the term, the newest first. */
  terms: (LearnedTerm & { from: GivenFeedback[] })[];
  /** Terms that the reader took away. */
  unlearned: string[];
  /** Everything the reader said, the newest first, what teaches nothing any more among it. */
  feedback: GivenFeedback[];
}

/** What was learned about a reader, and from what; null when there is no such reader. */
export async function listLearned(
  { db, termStatistics }: FeedbackDeps,
  subscriberId: number,
): Promise<LearnedView | null> {
  const reader = await findLearning(db, subscriberId);
  if (!reader) return null;
  const { learned, unlearned, learnsSince } = reader;
  const feedback = await listFeedback(db, subscriberId, { limit: MOST_FEEDBACK });
  const { terms } = unpackLearned(learned);
  const teaching = feedback.filter(({ givenAt }) => learnsSince === null || givenAt > learnsSince);
  const sources = sourcesOf(terms, teaching, await termStatistics());
  return {
    terms: terms.map((each) => ({ ...each, from: sources.get(each.term) ?? [] })),
    unlearned,
    feedback,
  };
}

/** Takes a term away from what was learned; it is never learned again. False when there is no such reader or
 *  the term was not learned. */
export function forgetTerm(
  deps: FeedbackDeps,
  { subscriberId, term }: { subscriberId: number; term: string },
): Promise<boolean> {
  return changeLearning(deps, subscriberId, (tx, reader, at) => {
    if (!unpackLearned(reader.learned).terms.some((each) => each.term === term)) return null;
    return relearnWithout(tx, subscriberId, reader, [...reader.unlearned, term], at);
  });
}

/** Lets a term that was taken away be learned again. False when there is no such reader or the term was not
 *  taken away. */
export function allowTerm(
  deps: FeedbackDeps,
  { subscriberId, term }: { subscriberId: number; term: string },
): Promise<boolean> {
  return changeLearning(deps, subscriberId, (tx, reader, at) => {
    if (!reader.unlearned.includes(term)) return null;
    const left = reader.unlearned.filter((each) => each !== term);
    return relearnWithout(tx, subscriberId, reader, left, at);
  });
}

/** Forgets everything that was learned, and what it came from. Saved papers stay saved, but what was said so
 *  far teaches nothing any more; terms that the reader took away stay away. False when there is no such
 *  reader. */
export function forgetLearned(deps: FeedbackDeps, subscriberId: number): Promise<boolean> {
  return changeLearning(deps, subscriberId, async (tx, _reader, { now }) => {
    await removeFeedbackIn(tx, subscriberId, ['more', 'less', 'click']);
    await updateLearning(tx, subscriberId, { learned: null, learnsSince: now });
  });
}

type At = Parameters<typeof relearn>[3];

async function changeLearning(
  { db, clock, termStatistics }: FeedbackDeps,
  subscriberId: number,
  change: (
    tx: FeedbackDeps['db'],
    reader: NonNullable<Awaited<ReturnType<typeof lockLearning>>>,
    at: At,
  ) => Promise<unknown> | null,
): Promise<boolean> {
  const at = { idf: await termStatistics(), now: clock() };
  return db.transaction(async (tx) => {
    const reader = await lockLearning(tx, subscriberId);
    const changed = reader && change(tx, reader, at);
    if (!changed) return false;
    await changed;
    return true;
  });
}

async function relearnWithout(
  tx: FeedbackDeps['db'],
  subscriberId: number,
  { learnsSince }: { learnsSince: Date | null },
  unlearned: string[],
  at: At,
): Promise<void> {
  await updateLearning(tx, subscriberId, { unlearned });
  await relearn(tx, subscriberId, { unlearned, learnsSince }, at);
}

/** The papers that a reader saved, the last first. */
export function listSaved(db: FeedbackDeps['db'], subscriberId: number): Promise<GivenFeedback[]> {
  return listFeedback(db, subscriberId, { limit: MOST_SAVED, verb: 'save' });
}

/** Saved papers that one page shows. */
const MOST_SAVED = 200;
