import {
  findLearning,
  type GivenFeedback,
  listFeedback,
  lockLearning,
  removeFeedbackByVerbs,
  updateLearning,
} from '../../db/feedback/feedback.ts';
import { removeLookups } from '../../db/library/library-lookups.ts';
import {
  type LibraryPaper,
  listLibrary,
  removeLibraryPapers,
} from '../../db/library/library-papers.ts';
import { MAX_FEEDBACK } from '../../domain/feedback/feedback-event.ts';
import {
  findSourcePapers,
  type JudgedPaper,
  type LearnedTerm,
  unpackLearned,
} from '../../domain/ranking/learned-terms.ts';
import { computeVectors } from './compute-vectors.ts';
import { type FeedbackDeps, relearn, toJudgedPapers } from './relearn.ts';

/** What was learned about a subscriber. */
interface LearnedView {
  /** The strongest first, with weights from -1 (disliked) to 1 (liked). `from` holds the feedback
   *  on papers that contain the term, the newest first, and then the papers of the library. */
  terms: (LearnedTerm & { from: JudgedPaper[] })[];
  /** Terms that the subscriber removed. */
  unlearned: string[];
  /** All feedback, the newest first, including feedback that is no longer learned from. */
  feedback: GivenFeedback[];
  /** The last added paper first. */
  library: LibraryPaper[];
}

/** What was learned about a subscriber, and from which feedback; null when there is none. */
export async function listLearned(
  { db, termStatistics }: FeedbackDeps,
  subscriberId: number,
): Promise<LearnedView | null> {
  const subscriber = await findLearning(db, subscriberId);
  if (!subscriber) return null;
  const { learned, unlearned, learnsSince } = subscriber;
  const feedback = await listFeedback(db, subscriberId, { limit: MAX_FEEDBACK });
  const { terms } = unpackLearned(learned);
  const teaching = feedback.filter(({ givenAt }) => learnsSince === null || givenAt > learnsSince);
  const library = await listLibrary(db, subscriberId);
  const judged = [...teaching, ...toJudgedPapers(library)];
  const vectorOf = await computeVectors(judged, await termStatistics());
  const sources = findSourcePapers(terms, judged, vectorOf);
  return {
    terms: terms.map((each) => ({ ...each, from: sources.get(each.term) ?? [] })),
    unlearned,
    feedback,
    library,
  };
}

/** Removes a learned term, which is then never learned again. False when there is no such
 *  subscriber or the term was not learned. */
export function forgetTerm(
  deps: FeedbackDeps,
  { subscriberId, term }: { subscriberId: number; term: string },
): Promise<boolean> {
  return changeLearning(deps, subscriberId, (tx, subscriber, context) => {
    if (!unpackLearned(subscriber.learned).terms.some((each) => each.term === term)) return null;
    return relearnWithout(tx, subscriberId, subscriber, [...subscriber.unlearned, term], context);
  });
}

/** Lets a removed term be learned again. False when there is no such subscriber or the term was not
 *  removed. */
export function allowTerm(
  deps: FeedbackDeps,
  { subscriberId, term }: { subscriberId: number; term: string },
): Promise<boolean> {
  return changeLearning(deps, subscriberId, (tx, subscriber, context) => {
    if (!subscriber.unlearned.includes(term)) return null;
    const left = subscriber.unlearned.filter((each) => each !== term);
    return relearnWithout(tx, subscriberId, subscriber, left, context);
  });
}

/** Forgets everything that was learned, with the feedback and the library that it came from. Saved
 *  papers stay saved but are no longer learned from, and removed terms stay removed. False when
 *  there is no such subscriber. */
export function forgetLearned(deps: FeedbackDeps, subscriberId: number): Promise<boolean> {
  return changeLearning(deps, subscriberId, async (tx, _subscriber, { now }) => {
    await removeFeedbackByVerbs(tx, subscriberId, ['more', 'less', 'click']);
    await removeLibraryPapers(tx, subscriberId, 'all');
    await removeLookups(tx, subscriberId);
    await updateLearning(tx, subscriberId, { learned: null, learnsSince: now });
  });
}

type RelearnContext = Parameters<typeof relearn>[3];

async function changeLearning(
  { db, clock, termStatistics }: FeedbackDeps,
  subscriberId: number,
  change: (
    tx: FeedbackDeps['db'],
    subscriber: NonNullable<Awaited<ReturnType<typeof lockLearning>>>,
    context: RelearnContext,
  ) => Promise<unknown> | null,
): Promise<boolean> {
  const context = { idf: await termStatistics(), now: clock() };
  return db.transaction(async (tx) => {
    const subscriber = await lockLearning(tx, subscriberId);
    const changed = subscriber && change(tx, subscriber, context);
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
  context: RelearnContext,
): Promise<void> {
  await updateLearning(tx, subscriberId, { unlearned });
  await relearn(tx, subscriberId, { unlearned, learnsSince }, context);
}

/** The papers that a subscriber saved, the last one first. */
export function listSaved(db: FeedbackDeps['db'], subscriberId: number): Promise<GivenFeedback[]> {
  return listFeedback(db, subscriberId, { limit: MAX_SAVED, verb: 'save' });
}

/** Most saved papers on the page. */
const MAX_SAVED = 200;
