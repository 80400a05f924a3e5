import type { Database } from '../../../src/db/client.ts';
import { addDays } from '../../../src/domain/time/schedule.ts';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { readSeed } from '../../../src/wiring/database.ts';
import { createRandom } from '../../support/random.ts';
import { createPaperGenerator, extractSeedPhrases } from './generate-papers.ts';

/** The last day with papers. */
export const LAST_DAY = '2026-05-08';

const PAPERS_PER_DAY = 100;
const PAPERS_PER_IMPORT = 2_000;

/** Stores a hundred papers a day up to the last day, and a digest for each day. */
export async function fillPapers(
  { db, pool }: Database,
  count: number,
  onProgress: (stored: number) => void,
): Promise<void> {
  const random = createRandom(1);
  const generate = createPaperGenerator(
    extractSeedPhrases(JSON.parse(await readSeed('papers.json'))),
    random,
  );
  const days = Math.ceil(count / PAPERS_PER_DAY);
  for (let start = 0; start < count; start += PAPERS_PER_IMPORT) {
    const size = Math.min(PAPERS_PER_IMPORT, count - start);
    const papers = Array.from({ length: size }, (_, index) => {
      const number = start + index;
      return generate(number, addDays(LAST_DAY, 1 - days + Math.floor(number / PAPERS_PER_DAY)));
    });
    const text = JSON.stringify(papers);
    await importPapers(db, { text, source: 'file' }, new Date(`${LAST_DAY}T04:00:00Z`));
    onProgress(start + size);
  }
  await pool.query(DIGESTS);
  await pool.query(DIGEST_PAPERS);
  await pool.query('VACUUM ANALYZE');
}

const DIGESTS = `
  INSERT INTO digests (kind, date, number, composed_at, audience)
  SELECT 'daily', listed_on, row_number() OVER (ORDER BY listed_on), listed_on + interval '5 hours', 0
  FROM (SELECT DISTINCT listed_on FROM papers) AS day`;

const DIGEST_PAPERS = `
  INSERT INTO digest_papers (digest_id, rank, paper_id, kind, popularity, snapshot)
  SELECT digests.id, row_number() OVER (PARTITION BY digests.id ORDER BY papers.upvotes DESC, papers.id) - 1,
    papers.id, 'daily', 0.5,
    jsonb_build_object('id', papers.id, 'source', source, 'title', title, 'abstract', abstract, 'authors', authors,
      'authorCount', author_count, 'organization', organization, 'publishedOn', published_on,
      'listedOn', listed_on, 'usableOn', usable_on, 'upvotes', upvotes, 'comments', comments, 'url', url,
      'codeUrl', code_url, 'categories', categories, 'details', details, 'topics', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', topic_slug, 'score', score)), '[]')
        FROM paper_topics WHERE paper_id = papers.id AND is_shown),
      'otherTopics', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', topic_slug, 'score', score)), '[]')
        FROM paper_topics WHERE paper_id = papers.id AND NOT is_shown),
      'countsVotes', true, 'countsComments', true)
  FROM papers JOIN digests ON digests.date = papers.listed_on`;
