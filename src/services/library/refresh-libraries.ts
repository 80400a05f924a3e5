import { lockLearning } from '../../db/feedback/feedback.ts';
import { listStaleLibraries } from '../../db/library/library-papers.ts';
import { DAY_MS } from '../../domain/time/units.ts';
import { type FeedbackDeps, relearn } from '../feedback/relearn.ts';

/** What is learned depends on how frequent words are here, which changes slowly. */
const REFRESH_MS = 7 * DAY_MS;

/** Most subscribers of one call: each takes up to a tenth of a second. */
const MAX_REFRESHED = 200;

/**
 * Learns again from libraries that were last learned a week ago, or that taught nothing because
 * hardly any paper was stored then: their owners may never give feedback, which would do it.
 * Returns how many.
 */
export async function refreshLibraries({
  db,
  clock,
  termStatistics,
}: FeedbackDeps): Promise<number> {
  const now = clock();
  const idf = await termStatistics();
  const stale = await listStaleLibraries(db, new Date(now.getTime() - REFRESH_MS), MAX_REFRESHED);
  for (const subscriberId of stale) {
    await db.transaction(async (tx) => {
      const subscriber = await lockLearning(tx, subscriberId);
      if (subscriber) await relearn(tx, subscriberId, subscriber, { idf, now });
    });
  }
  return stale.length;
}
