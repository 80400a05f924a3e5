import { and, desc, eq, gt, inArray } from 'drizzle-orm';
import type { FeedbackVerb } from '../../domain/feedback/feedback-event.ts';
import type { Db } from '../client.ts';
import { feedback, papers, subscribers } from '../schema.ts';

/** Feedback on a stored paper. */
export interface GivenFeedback {
  paper: { id: string; title: string; abstract: string };
  verb: FeedbackVerb;
  givenAt: Date;
}

/** Stores feedback. False when the same was given before. */
export async function addFeedback(
  db: Db,
  given: { subscriberId: number; paperId: string; verb: FeedbackVerb; givenAt: Date },
): Promise<boolean> {
  const added = await db
    .insert(feedback)
    .values(given)
    .onConflictDoNothing()
    .returning({ verb: feedback.verb });
  return added.length > 0;
}

/** Removes feedback. False when it was not given. */
export async function removeFeedback(
  db: Db,
  { subscriberId, paperId, verb }: { subscriberId: number; paperId: string; verb: FeedbackVerb },
): Promise<boolean> {
  const removed = await db
    .delete(feedback)
    .where(
      and(
        eq(feedback.subscriberId, subscriberId),
        eq(feedback.paperId, paperId),
        eq(feedback.verb, verb),
      ),
    )
    .returning({ verb: feedback.verb });
  return removed.length > 0;
}

/** Removes all feedback of a subscriber with these verbs. */
export async function removeFeedbackByVerbs(
  db: Db,
  subscriberId: number,
  verbs: readonly FeedbackVerb[],
): Promise<void> {
  await db
    .delete(feedback)
    .where(and(eq(feedback.subscriberId, subscriberId), inArray(feedback.verb, [...verbs])));
}

/** A subscriber's feedback on stored papers, the newest first, at most `limit`; with `since`,
 *  `paperId` or `verb` only what was given after it, on it or with it. */
export async function listFeedback(
  db: Db,
  subscriberId: number,
  filter: {
    limit: number;
    since?: Date | null;
    paperId?: string | null;
    verb?: FeedbackVerb | null;
  },
): Promise<GivenFeedback[]> {
  const { limit, since = null, paperId = null, verb = null } = filter;
  return db
    .select({
      paper: { id: papers.id, title: papers.title, abstract: papers.abstract },
      verb: feedback.verb,
      givenAt: feedback.givenAt,
    })
    .from(feedback)
    .innerJoin(papers, eq(papers.id, feedback.paperId))
    .where(
      and(
        eq(feedback.subscriberId, subscriberId),
        since === null ? undefined : gt(feedback.givenAt, since),
        paperId === null ? undefined : eq(feedback.paperId, paperId),
        verb === null ? undefined : eq(feedback.verb, verb),
      ),
    )
    .orderBy(desc(feedback.givenAt), feedback.paperId, feedback.verb)
    .limit(limit);
}

/** What was learned about a subscriber, as stored. */
export interface Learning {
  /** Packed; null when nothing was learned. */
  learned: string | null;
  /** Terms that the subscriber removed. */
  unlearned: string[];
  /** Feedback given up to then is no longer learned from. */
  learnsSince: Date | null;
  allowsClicks: boolean;
  mutedTopics: string[];
}

const LEARNING = {
  learned: subscribers.learned,
  unlearned: subscribers.unlearned,
  learnsSince: subscribers.learnsSince,
  allowsClicks: subscribers.allowsClicks,
  mutedTopics: subscribers.mutedTopics,
};

/** What was learned about a subscriber, or null when there is no such subscriber. */
export async function findLearning(db: Db, subscriberId: number): Promise<Learning | null> {
  const [row] = await db.select(LEARNING).from(subscribers).where(eq(subscribers.id, subscriberId));
  return row ?? null;
}

/** As `findLearning`, with the subscriber locked until the transaction ends. */
export async function lockLearning(db: Db, subscriberId: number): Promise<Learning | null> {
  const [row] = await db
    .select(LEARNING)
    .from(subscribers)
    .where(eq(subscribers.id, subscriberId))
    .for('update');
  return row ?? null;
}

/** Changes what `changes` names and leaves the rest. */
export async function updateLearning(
  db: Db,
  subscriberId: number,
  changes: Partial<Omit<Learning, 'allowsClicks'> & { learnedAt: Date }>,
): Promise<void> {
  await db.update(subscribers).set(changes).where(eq(subscribers.id, subscriberId));
}
