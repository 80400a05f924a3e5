import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { unpackSelection } from './packed-selection.ts';

/** The papers that might be shown: those of a digest, or these. */
type Candidates = { digestId: number } | { paperIds: readonly string[] };

/**
 * For each subscriber, which of the candidates they have seen, or will see elsewhere:
 * - in another digest, sent or to be sent: daily and weekly digests share papers, and a subscriber
 *   may have changed the frequency;
 * - in the e-mail after a pause;
 * - on a page on which they gave feedback on it;
 * - in the library that they brought, by its id or title.
 */
export async function listSeenPapers(
  db: Db,
  candidates: Candidates,
  subscriberIds: readonly number[],
): Promise<Map<number, Set<string>>> {
  const seen = new Map<number, Set<string>>();
  if (subscriberIds.length === 0) return seen;
  const add = (subscriberId: number, paperId: string) => {
    const paperIds = seen.get(subscriberId) ?? new Set();
    seen.set(subscriberId, paperIds.add(paperId));
  };
  const ids = sql`${sql.param([...subscriberIds])}::bigint[]`;
  for (const [digestId, papers] of await listDigestsWith(db, candidates)) {
    const result = await db.execute<{ subscriberId: string; selection: string }>(sql`
      SELECT subscriber_id AS "subscriberId", selection FROM deliveries
      WHERE digest_id = ${digestId} AND subscriber_id = ANY(${ids})
        AND selection IS NOT NULL AND state NOT IN ('failed', 'skipped', 'expired')`);
    for (const { subscriberId, selection } of result.rows) {
      for (const { rank } of unpackSelection(selection)) {
        const paperId = papers.get(rank);
        if (paperId !== undefined) add(Number(subscriberId), paperId);
      }
    }
  }
  const elsewhere = await db.execute<{ subscriberId: string; paperId: string }>(sql`
    WITH candidates AS MATERIALIZED (${selectCandidates(candidates)}),
    titled AS MATERIALIZED (
      SELECT paper_id, ${titleKey(sql`title`)} AS title_key
      FROM candidates JOIN papers ON papers.id = paper_id
    ), shown AS (
      SELECT subscriber_id, paper_id FROM feedback WHERE subscriber_id = ANY(${ids})
      UNION
      SELECT subscriber_id, unnest(paper_ids) FROM transactional_emails
      WHERE subscriber_id = ANY(${ids}) AND kind = 'return' AND state <> 'failed'
      UNION
      SELECT subscriber_id, unnest(ARRAY[paper_id, arxiv_id, 'doi:' || doi]) FROM library_papers
      WHERE subscriber_id = ANY(${ids})
      UNION
      SELECT subscriber_id, titled.paper_id
      FROM library_papers AS own JOIN titled ON title_key = ${titleKey(sql`own.title`)}
      WHERE subscriber_id = ANY(${ids}) AND own.paper_id IS NULL
        AND length(title_key) >= ${MIN_TITLE_KEY_CHARS}
    )
    SELECT subscriber_id AS "subscriberId", paper_id AS "paperId"
    FROM shown JOIN candidates USING (paper_id)`);
  for (const { subscriberId, paperId } of elsewhere.rows) add(Number(subscriberId), paperId);
  return seen;
}

/** Titles with fewer letters and digits say nothing about the paper. */
const MIN_TITLE_KEY_CHARS = 20;

function titleKey(title: SQL): SQL {
  return sql`lower(regexp_replace(${title}, '[^[:alnum:]]+', '', 'g'))`;
}

function selectCandidates(candidates: Candidates): SQL {
  return 'digestId' in candidates
    ? sql`SELECT paper_id FROM digest_papers WHERE digest_id = ${candidates.digestId}`
    : sql`SELECT unnest(${sql.param([...candidates.paperIds])}::text[]) AS paper_id`;
}

/** The digests with candidates, besides their own: for each, the candidates by rank in it. */
async function listDigestsWith(
  db: Db,
  candidates: Candidates,
): Promise<Map<number, Map<number, string>>> {
  const own = 'digestId' in candidates ? candidates.digestId : 0;
  const result = await db.execute<{ digestId: number; rank: number; paperId: string }>(sql`
    WITH candidates AS MATERIALIZED (${selectCandidates(candidates)})
    SELECT digest_id AS "digestId", rank::int AS rank, paper_id AS "paperId"
    FROM candidates JOIN digest_papers USING (paper_id)
    WHERE digest_id <> ${own}`);
  const digests = new Map<number, Map<number, string>>();
  for (const { digestId, rank, paperId } of result.rows) {
    const papers = digests.get(digestId) ?? new Map();
    digests.set(digestId, papers.set(rank, paperId));
  }
  return digests;
}
