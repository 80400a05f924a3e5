import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { searchPapers } from '../../../src/services/papers/search-papers.ts';
import { readSeed } from '../../../src/wiring/database.ts';
import { useDatabase } from '../../support/database.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';

const store = useDatabase();
const NOW = new Date('2026-05-08T04:00:00Z');
const BROAD = 401;

beforeAll(async () => {
  await importPapers(store.db, { text: await readSeed('papers.json'), source: 'file' }, NOW);
  await storePapers(
    store.db,
    Array.from({ length: BROAD }, (_, at) => ({
      ...buildPaper({
        id: `broad:${at}`,
        title: `Lichens: a study of number ${at}`,
        abstract: at < 3 ? 'Of mosses and lichens.' : 'Of stones.',
        listedOn: at < 200 ? '2026-04-01' : '2026-04-02',
      }),
      slugs: at % 2 === 0 ? ['theory'] : ['nlp'],
    })),
  );
});

const search = (changes: Partial<Parameters<typeof searchPapers>[1]>) =>
  searchPapers(store.db, { page: 1, ...changes });

describe('A search', () => {
  it('A search finds every form of a word, the best match first, and returns the matching words', async () => {
    const found = await search({ text: 'stateless model' });
    expect(found).toMatchObject({
      order: 'relevance',
      isTruncated: false,
      hasOnlyStopWords: false,
    });
    expect(found.total).toBeGreaterThan(3);
    expect([...found.matchedWords].sort()).toEqual(
      expect.arrayContaining(['model', 'models', 'stateless']),
    );
    expect([...found.matchedWords].filter((word) => !/^(model|stateless)/.test(word))).toEqual([]);
  });

  it('A search understands quoted phrases and excluded words', async () => {
    const phrase = await search({ text: '"mosses and lichens"' });
    expect(phrase.total).toBe(3);
    const without = await search({ text: 'lichens -mosses', topic: 'nlp' });
    expect(without).toMatchObject({ total: (BROAD - 1) / 2 - 1, isTruncated: false });
  });

  it('A search can be combined with a topic and a day', async () => {
    const found = await search({ text: 'lichens', topic: 'theory', date: '2026-04-01' });
    expect(found).toMatchObject({ total: 100, pages: 4, hasNext: true, order: 'relevance' });
    for (const each of found.papers) {
      expect([each.listedOn, each.topics[0]?.slug]).toEqual(['2026-04-01', 'theory']);
    }
  });

  it('A search that is too broad to rank shows the newest 250 papers and says there are more', async () => {
    const first = await search({ text: 'lichens' });
    expect(first).toMatchObject({ total: 250, isTruncated: true, pages: 10, order: 'newest' });
    const pages = await Promise.all(
      Array.from({ length: 10 }, (_, at) => search({ text: 'lichens', page: at + 1 })),
    );
    expect(new Set(pages.flatMap(({ papers }) => papers.map(({ id }) => id))).size).toBe(250);
    expect(pages.map(({ hasNext }) => hasNext)).toEqual([...Array(9).fill(true), false]);
    const days = pages.flatMap(({ papers }) => papers.map((each) => each.listedOn));
    expect(days).toEqual([...Array(201).fill('2026-04-02'), ...Array(49).fill('2026-04-01')]);
    expect((await search({ text: 'lichens', page: 11 })).papers).toEqual([]);
  });

  it('A search of stop words differs from one that finds nothing', async () => {
    expect(await search({ text: 'the' })).toMatchObject({ total: 0, hasOnlyStopWords: true });
    expect(await search({ text: 'perpetual motion' })).toMatchObject({
      total: 0,
      hasOnlyStopWords: false,
    });
  });

  it.each([
    '"',
    '""',
    '" or -"',
    "'",
    '\\',
    ':*',
    'a & b | !c <-> (d)',
    '& | ! ( ) < > : *',
    '-',
    '--',
    '-lichens',
    'or or or',
    '%_%',
    '$1',
    "'; DROP TABLE papers; --",
    '<script>',
    '\uE000lichens\uE001',
    '\uFFFD',
    '状态 空间',
    'é'.repeat(400),
    'a '.repeat(250),
    `"${'lichens '.repeat(60)}"`,
    '\u202e\u200b',
  ])('A search for %j is answered', async (text) => {
    const found = await search({ text });
    expect(found.papers.length).toBeLessThanOrEqual(25);
    expect(found.papers.length === 0).toBe(found.total === 0);
  });
});

describe('A list', () => {
  it('The list of all papers starts with the newest day', async () => {
    const found = await search({});
    expect(found).toMatchObject({ total: 450, isTruncated: false, pages: 18, hasNext: true });
    expect(found.papers[0]?.listedOn).toBe('2026-05-08');
    const last = await search({ page: 18 });
    expect([last.papers.length, last.hasNext]).toEqual([25, false]);
    expect((await search({ page: 19 })).papers).toEqual([]);
  });

  it('The list of a topic starts with the newest day and has each paper once', async () => {
    const ids = new Set<string>();
    const days: string[] = [];
    for (let page = 1, hasNext = true; hasNext; page += 1) {
      const found = await search({ topic: 'theory', page });
      for (const each of found.papers) ids.add(each.id);
      days.push(...found.papers.map(({ listedOn }) => listedOn));
      hasNext = found.hasNext;
    }
    expect(ids.size).toBe((await search({ topic: 'theory' })).total);
    expect(days).toEqual([...days].sort().reverse());
  });

  it('The list of a day starts with the most discussed paper', async () => {
    const found = await search({ date: '2026-05-08' });
    expect(found).toMatchObject({ total: 49, pages: 2, order: 'discussed' });
    const comments = found.papers.map((each) => each.comments);
    expect(comments).toEqual([...comments].sort((a, b) => b - a));
  });
});

describe('A long list', () => {
  it('A long list is counted up to 5,000, and its last page can be reached', async () => {
    await store.db.execute(sql`
      INSERT INTO papers (id, source, title, abstract, authors, listed_on, usable_on, upvotes, comments,
        stored_at, updated_at)
      SELECT 'long:' || n, 'test', 'Of length', 'Long.', '{}', '2026-03-01', '2026-03-01', 0, 0, ${NOW}, ${NOW}
      FROM generate_series(1, 4600) AS n`);
    const found = await search({});
    expect(found).toMatchObject({ total: 5000, isTruncated: true, pages: null, hasNext: true });
    expect(await search({ page: 202 })).toMatchObject({ hasNext: false, isTruncated: true });
    expect((await search({ page: 202 })).papers).toHaveLength(25);
    expect((await search({ page: 203 })).papers).toEqual([]);
  });
});
