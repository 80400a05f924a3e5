import type { Db } from '../../db/client.ts';
import { listSeenPapers } from '../../db/deliveries/seen-papers.ts';
import { findPauseStart, listMissedPapers } from '../../db/subscribers/pauses.ts';
import { listDigestRecipients } from '../../db/subscribers/subscribers.ts';
import { createPaperSelector } from '../../domain/ranking/paper-selector.ts';
import { findMostDiscussedRank } from '../../domain/ranking/ranking.ts';
import type { Reason } from '../../domain/ranking/reason.ts';
import { createSimilarity } from '../../domain/ranking/similarity.ts';
import { createTermIndex } from '../../domain/ranking/term-index.ts';
import { MAX_RETURN_EMAIL_PAPERS } from '../../domain/transactional/transactional-email.ts';
import type { TermStatistics } from '../ranking/term-statistics.ts';

/** Only the most discussed papers are candidates: computing similarity takes quadratic time. */
const MAX_CANDIDATES = 300;

const NO_PAPERS_SEEN: ReadonlySet<string> = new Set();

/**
 * The papers in the digests that a subscriber missed during a pause until `until`, with the reason
 * of each, the most relevant first, without those that they have seen; at most ten, and none when
 * there was no pause or nothing matches.
 */
export async function selectMissedPapers(
  { db, termStatistics }: { db: Db; termStatistics: TermStatistics },
  subscriberId: number,
  until: Date,
): Promise<{ id: string; reason: Reason }[]> {
  const subscriber = (await listDigestRecipients(db, [subscriberId])).get(subscriberId);
  const since = await findPauseStart(db, subscriberId);
  if (!subscriber || since === null) return [];
  const kind = subscriber.frequency === 'weekly' ? 'weekly' : 'daily';
  const papers = await listMissedPapers(db, { kind, since, until, limit: MAX_CANDIDATES });
  if (papers.length === 0) return [];
  const ids = papers.map(({ id }) => id);
  const seen = await listSeenPapers(db, { paperIds: ids }, [subscriberId]);
  const select = createPaperSelector({
    papers,
    similarity: createSimilarity(papers),
    mostDiscussedRank: findMostDiscussedRank(papers),
  });
  const chosen = select(
    { ...subscriber, papers: MAX_RETURN_EMAIL_PAPERS, minutes: null, relevanceThreshold: 'low' },
    {
      seenPaperIds: seen.get(subscriberId) ?? NO_PAPERS_SEEN,
      terms: subscriber.learned === null ? null : createTermIndex(papers, await termStatistics()),
    },
  );
  return chosen.flatMap(({ rank, reason }) => {
    const id = papers[rank]?.id;
    return id === undefined ? [] : [{ id, reason }];
  });
}
