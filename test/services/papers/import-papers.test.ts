import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { countPapers, findPaperIds } from '../../../src/db/papers/paper-lists.ts';
import { findPaper } from '../../../src/db/papers/papers.ts';
import type { PaperInput } from '../../../src/domain/papers/paper-input.ts';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { countTopics } from '../../../src/services/topics/count-topics.ts';
import { useDatabase } from '../../support/database.ts';
import { countRows } from '../../support/rows.ts';

const database = useDatabase();
const NOW = new Date('2026-05-08T04:00:00Z');
const SEED = new URL('../../../seeds/', import.meta.url);

beforeEach(() => database.empty());

function entry(changes: Partial<PaperInput> = {}): PaperInput {
  return { title: 'Papers by Bicycle', abstract: 'We deliver papers by bicycle.', ...changes };
}

describe('Importing papers', () => {
  const load = (text: string, now = NOW) =>
    importPapers(database.db, { text, source: 'file' }, now);

  it('A JSON array is imported', async () => {
    const text = JSON.stringify([entry({ id: '2605.00001' }), entry({ id: '2605.00002' })]);
    expect(await load(text)).toEqual({ read: 2, added: 2, updated: 0 });
    expect(await findPaper(database.db, '2605.00002')).toMatchObject({
      source: 'file',
      title: 'Papers by Bicycle',
      listedOn: '2026-05-08',
      usableOn: '2026-05-08',
      upvotes: 0,
      authorCount: null,
    });
  });

  it('JSON lines with blank lines, CRLF and a byte order mark are imported', async () => {
    const lines = [entry({ id: '2605.00001' }), entry({ id: '2605.00002' })].map((each) =>
      JSON.stringify(each),
    );
    expect(await load(`\uFEFF${lines.join('\r\n\r\n')}\r\n`)).toMatchObject({ read: 2, added: 2 });
  });

  it('Every field of a file is stored', async () => {
    const whole = {
      id: '2605.00001',
      title: 'Papers by Bicycle',
      abstract: 'We deliver papers by bicycle.',
      authors: ['Ada Lovelace', 'É. Galois, Jr.', 'J. “le Rond” d’Alembert'],
      author_count: 12,
      organization: 'Bicycle Courier, Inc.',
      published_on: '2026-05-01',
      listed_on: '2026-05-07',
      upvotes: 31,
      comments: 4,
      url: 'https://example.org/1',
      code_url: 'https://example.org/code',
      categories: ['cs.CL', 'stat.ML'],
    };
    await load(JSON.stringify([whole]));
    expect(await findPaper(database.db, '2605.00001')).toMatchObject({
      authors: whole.authors,
      authorCount: 12,
      organization: whole.organization,
      publishedOn: '2026-05-01',
      listedOn: '2026-05-07',
      usableOn: '2026-05-07',
      upvotes: 31,
      comments: 4,
      url: whole.url,
      codeUrl: whole.code_url,
      categories: whole.categories,
    });
  });

  it('Versions of an arXiv paper are one paper, and the last one counts', async () => {
    const text = JSON.stringify([
      entry({ id: 'arXiv:2605.00001v1', title: 'First' }),
      entry({ id: 'https://arxiv.org/abs/2605.00001v2', title: 'Second' }),
    ]);
    expect(await load(text)).toEqual({ read: 2, added: 1, updated: 0 });
    expect((await findPaper(database.db, '2605.00001'))?.title).toBe('Second');
  });

  it('A paper without an id is identified by its title', async () => {
    await load(JSON.stringify([entry()]));
    const again = entry({ title: '  Papers  by bicycle ', upvotes: 3 });
    expect(await load(JSON.stringify([again]))).toEqual({ read: 1, added: 0, updated: 1 });
    expect(await countRows(database.db, 'papers')).toBe(1);
  });

  it('Importing a file again changes nothing, also after a file with more fields', async () => {
    const plain = JSON.stringify([entry({ id: '2605.00001' })]);
    const fuller = JSON.stringify([
      entry({ id: '2605.00001', upvotes: 9, organization: 'Couriers', authors: ['Ada'] }),
    ]);
    await load(plain);
    expect(await load(plain)).toEqual({ read: 1, added: 0, updated: 0 });
    expect(await load(fuller)).toEqual({ read: 1, added: 0, updated: 1 });
    const stored = await database.db.execute(sql`SELECT * FROM papers`);
    const later = new Date(NOW.getTime() + 3_600_000);
    expect(await load(plain, later)).toEqual({ read: 1, added: 0, updated: 0 });
    expect((await database.db.execute(sql`SELECT * FROM papers`)).rows).toEqual(stored.rows);
  });

  it('The day on which a paper was first listed stays', async () => {
    await load(JSON.stringify([entry({ id: '2605.00001', listed_on: '2026-05-06' })]));
    await load(JSON.stringify([entry({ id: '2605.00001', listed_on: '2026-05-08', comments: 2 })]));
    expect(await findPaper(database.db, '2605.00001')).toMatchObject({
      listedOn: '2026-05-06',
      usableOn: '2026-05-06',
      comments: 2,
    });
  });

  it('A paper gets new topics when its text changes', async () => {
    await load(JSON.stringify([entry({ id: '2605.00001', title: 'Speculative Decoding' })]));
    const slugs = async () =>
      (await findPaper(database.db, '2605.00001'))?.topics.map(({ slug }) => slug);
    expect(await slugs()).toContain('llm-inference');
    await load(JSON.stringify([entry({ id: '2605.00001', title: 'Humanoid Robot Grasping' })]));
    expect(await slugs()).not.toContain('llm-inference');
  });

  it.each([
    ['Paper 2: title is missing', JSON.stringify([entry(), { abstract: 'No title.' }])],
    ['Paper 1: upvotes is -1', JSON.stringify([{ ...entry(), upvotes: -1 }])],
    ['Line 3: it is not JSON', `${JSON.stringify(entry())}\n\n{"title":`],
    ['Line 2: "text" is not a paper', `${JSON.stringify(entry())}\n"text"`],
    ['The file is not JSON', '[{]'],
    ['The file is empty', ' \n'],
  ])(
    'A file with one invalid paper stores nothing and names its place: %s',
    async (problem, text) => {
      await expect(load(text)).rejects.toMatchObject({
        code: expect.stringMatching(/^INVALID_(FILE|PAPER)$/),
        message: expect.stringContaining(problem),
      });
      expect(await countRows(database.db, 'papers')).toBe(0);
    },
  );

  it('More papers than fit one statement are imported', async () => {
    const papers = Array.from({ length: 1203 }, (_, n) =>
      entry({ id: `2605.${10_000 + n}`, title: `Bicycle ${n}` }),
    );
    expect(await load(JSON.stringify(papers))).toEqual({ read: 1203, added: 1203, updated: 0 });
    expect(await load(JSON.stringify(papers))).toEqual({ read: 1203, added: 0, updated: 0 });
  });
});

describe('The topics of an imported paper', () => {
  it('Two are shown; every weaker match is stored as well, but in no list of its topic', async () => {
    await importPapers(
      database.db,
      {
        text: JSON.stringify([
          entry({
            id: '2605.00001',
            title: 'Speculative Decoding for Mamba',
            abstract:
              'Speculative decoding and a KV cache make LLM serving of Mamba, a state space model, fast. Federated learning is left to others.',
          }),
        ]),
        source: 'file',
      },
      NOW,
    );
    const paper = await findPaper(database.db, '2605.00001');
    expect(paper?.topics.map(({ slug }) => slug)).toEqual(['llm-inference', 'ssm']);
    expect(paper?.otherTopics.map(({ slug }) => slug)).toContain('systems');
    expect(paper?.otherTopics.every(({ score }) => score > 0)).toBe(true);
    expect(await countPapers(database.db, { topic: 'ssm' }, 10)).toBe(1);
    expect(await countPapers(database.db, { topic: 'systems' }, 10)).toBe(0);
    expect(await findPaperIds(database.db, { topic: 'systems' }, 10)).toEqual([]);
    const counts = new Map(
      (await countTopics(database.db)).map(({ slug, papers }) => [slug, papers]),
    );
    expect([counts.get('ssm'), counts.get('systems')]).toEqual([1, 0]);
  });
});

describe('The seed papers', () => {
  /** Assigned and primary counts of the 49 papers, as the queries were tuned (PostgreSQL 15). */
  const COUNTS: Record<string, [assigned: number, primary: number]> = {
    'llm-inference': [8, 8],
    systems: [9, 4],
    training: [4, 2],
    ssm: [12, 7],
    'long-context': [5, 4],
    efficiency: [7, 5],
    rl: [5, 3],
    agents: [6, 4],
    reasoning: [3, 1],
    evals: [2, 2],
    vision: [4, 1],
    'generative-media': [1, 1],
    multimodal: [0, 0],
    robotics: [0, 0],
    retrieval: [1, 1],
    safety: [2, 0],
    code: [3, 0],
    nlp: [2, 0],
    hardware: [4, 2],
    'science-health': [0, 0],
    theory: [4, 4],
  };

  it('The seed papers get the topics that the queries were tuned for', async () => {
    const text = await readFile(new URL('papers.json', SEED), 'utf8');
    expect(await importPapers(database.db, { text, source: 'seed' }, NOW)).toEqual({
      read: 49,
      added: 49,
      updated: 0,
    });
    const { rows } = await database.db.execute<{
      slug: string;
      assigned: number;
      primaries: number;
    }>(sql`
      WITH placed AS (
        SELECT topic_slug, row_number() OVER (PARTITION BY paper_id ORDER BY score DESC, topic_slug) AS place
        FROM paper_topics WHERE is_shown
      )
      SELECT slug, count(placed)::int AS assigned, count(*) FILTER (WHERE place = 1)::int AS primaries
      FROM topics LEFT JOIN placed ON topic_slug = slug GROUP BY slug`);
    expect(
      Object.fromEntries(
        rows.map(({ slug, assigned, primaries }) => [slug, [assigned, primaries]]),
      ),
    ).toEqual(COUNTS);
    const counted = await countTopics(database.db);
    expect(counted.map(({ slug, papers }) => [slug, papers])).toEqual(
      Object.entries(COUNTS).map(([slug, [assigned]]) => [slug, assigned]),
    );
  });
});
