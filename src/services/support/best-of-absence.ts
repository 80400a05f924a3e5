import type { Db } from '../../db/client.ts';
import { findAbsenceStart, listAbsencePapers } from '../../db/pauses.ts';
import { matchPapers } from '../../db/phrases.ts';
import { listSubscribers } from '../../db/subscribers.ts';
import { listTopics } from '../../db/topics.ts';
import { MOST_RETURN_PAPERS } from '../../domain/letter.ts';
import { mostDiscussedRank } from '../../domain/ranking.ts';
import { createSelector } from '../../domain/selection.ts';
import { similarityOf } from '../../domain/similarity.ts';
import { createTermIndex } from '../../domain/term-index.ts';
import type { TermStatistics } from './term-statistics.ts';

/** The most discussed papers that are weighed: likeness costs the square of them. */
const MOST_WEIGHED = 300;

const NOTHING: ReadonlySet<string> = new Set();

/** Ids of the papers of the digests that a reader missed by a pause up to `until`, those first that score
 *  best for that reader; at most ten, and none when there was no pause or nothing in it matches. */
export async function bestOfAbsence(
  { db, termStatistics }: { db: Db; termStatistics: TermStatistics },
  subscriberId: number,
  until: Date,
): Promise<string[]> {
  const reader = (await listSubscribers(db, [subscriberId])).get(subscriberId);
  const since = await findAbsenceStart(db, subscriberId);
  if (!reader || since === null) return [];
  const kind = reader.frequency === 'weekly' ? 'weekly' : 'daily';
  const papers = await listAbsencePapers(db, { kind, since, until, limit: MOST_WEIGHED });
  if (papers.length === 0) return [];
  const ids = papers.map(({ id }) => id);
  const topicNames = new Map((await listTopics(db)).map(({ slug, name }) => [slug, name]));
  const select = createSelector({
    kind,
    papers,
    similarity: similarityOf(papers),
    topicNames,
    mostDiscussedRank: mostDiscussedRank(papers),
  });
  const chosen = select(
    { ...reader, papers: MOST_RETURN_PAPERS, minutes: null, bar: 'low' },
    {
      seen: NOTHING,
      keywordMatches: await matchPapers(db, ids, reader.keywords),
      terms: reader.learned === null ? null : createTermIndex(papers, await termStatistics()),
    },
  );
  return chosen.flatMap(({ rank }) => ids[rank] ?? []);
}
