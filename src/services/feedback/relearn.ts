import type { Db } from '../../db/client.ts';
import { type Learning, listFeedback, updateLearning } from '../../db/feedback/feedback.ts';
import type { Idf } from '../../domain/ranking/inverse-document-frequency.ts';
import { type Learned, learnTerms, packLearned } from '../../domain/ranking/learned-terms.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { TermStatistics } from '../ranking/term-statistics.ts';

/** What services that deal with feedback need. */
export interface FeedbackDeps {
  db: Db;
  clock: Clock;
  termStatistics: TermStatistics;
}

/** What is older than these many words of a reader teaches nothing any more. */
export const MAX_FEEDBACK = 200;

/** Learns anew from all that a reader said, and stores it. To be called in the transaction that locked
 *  the reader and changed what was said. */
export async function relearn(
  tx: Db,
  subscriberId: number,
  { unlearned, learnsSince }: Pick<Learning, 'unlearned' | 'learnsSince'>,
  { idf, now }: { idf: Idf; now: Date },
): Promise<Learned> {
  const feedback = await listFeedback(tx, subscriberId, {
    limit: MAX_FEEDBACK,
    since: learnsSince,
  });
  const learned = learnTerms(feedback, { idf, unlearned: new Set(unlearned), now });
  await updateLearning(tx, subscriberId, { learned: packLearned(learned) });
  return learned;
}
