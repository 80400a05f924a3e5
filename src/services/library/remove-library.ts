import { lockLearning } from '../../db/feedback/feedback.ts';
import { removeLookups } from '../../db/library/library-lookups.ts';
import { listAbandonedLibraries, removeLibraryPapers } from '../../db/library/library-papers.ts';
import { type FeedbackDeps, relearn } from '../feedback/relearn.ts';

/**
 * Removes a paper from a subscriber's library, or all papers with everything that was to be looked
 * up for them, and unlearns what they taught, in one transaction. Returns how many were removed.
 */
export async function removeFromLibrary(
  { db, clock, termStatistics }: FeedbackDeps,
  subscriberId: number,
  position: number | 'all',
): Promise<number> {
  const now = clock();
  const idf = await termStatistics();
  return db.transaction(async (tx) => {
    const subscriber = await lockLearning(tx, subscriberId);
    if (!subscriber) return 0;
    if (position === 'all') await removeLookups(tx, subscriberId);
    const removed = await removeLibraryPapers(tx, subscriberId, position);
    if (removed > 0) await relearn(tx, subscriberId, subscriber, { idf, now });
    return removed;
  });
}

/** Removes the libraries of those who unsubscribed before `before`. Returns how many. */
export async function removeAbandonedLibraries(deps: FeedbackDeps, before: Date): Promise<number> {
  const abandoned = await listAbandonedLibraries(deps.db, before);
  for (const subscriberId of abandoned) await removeFromLibrary(deps, subscriberId, 'all');
  return abandoned.length;
}
