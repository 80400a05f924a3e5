import type { Db } from '../../db/client.ts';
import { type Learning, listFeedback, updateLearning } from '../../db/feedback/feedback.ts';
import { type LibraryPaper, listLibrary } from '../../db/library/library-papers.ts';
import { MAX_FEEDBACK } from '../../domain/feedback/feedback-event.ts';
import type { Idf } from '../../domain/ranking/inverse-document-frequency.ts';
import {
  type JudgedPaper,
  type Learned,
  learnTerms,
  packLearned,
} from '../../domain/ranking/learned-terms.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { TermStatistics } from '../ranking/term-statistics.ts';
import { computeVectors } from './compute-vectors.ts';

/** What the services of feedback need. */
export interface FeedbackDeps {
  db: Db;
  clock: Clock;
  termStatistics: TermStatistics;
}

/** Learns again from all feedback and the library of a subscriber and stores the result. Must run
 *  in the transaction that locked the subscriber and changed one of them. */
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
  const library = toJudgedPapers(await listLibrary(tx, subscriberId));
  const judged = [...feedback, ...library];
  const learned = learnTerms(judged, {
    idf,
    vectorOf: await computeVectors(judged, idf),
    unlearned: new Set(unlearned),
    now,
  });
  await updateLearning(tx, subscriberId, { learned: packLearned(learned), learnedAt: now });
  return learned;
}

/** The papers of a library as the ranking learns from them, without those whose title is not known
 *  yet. */
export function toJudgedPapers(library: readonly LibraryPaper[]): JudgedPaper[] {
  return library
    .filter(({ title }) => title !== '')
    .map(({ position, paperId, title, abstract, addedAt }) => ({
      paper: { id: paperId ?? `library:${position}`, title, abstract },
      verb: 'library',
      givenAt: addedAt,
    }));
}
