import { utimes, writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { findPaper } from '../../../src/db/papers/papers.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { fetchPapers } from '../../../src/services/sources/fetch-papers.ts';
import { fetchList, openSourceOn } from '../../sources/support/open-source.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import {
  createServedPaper,
  type ServedPaper,
  startFaultyPaperServer,
} from '../../support/paper-server.ts';
import { countRows, storeSubscriber } from '../../support/rows.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const THURSDAY = '2026-05-07';
const FRIDAY = '2026-05-08';
const ARXIV = 'arxiv:cs.LG';
const database = useDatabase();
const clock = createTestClock(`${FRIDAY}T12:00:00Z`);
const server = await startFaultyPaperServer({ clock });
const inFolder = useTempFolder();

afterAll(() => server.close());
beforeEach(async () => {
  await database.empty();
  clock.set(`${FRIDAY}T12:00:00Z`);
  server.fault = null;
  server.faultOf = () => null;
  server.papers = [];
});

const fetchFrom = (name = 'hf-daily', day: string | null = FRIDAY) =>
  fetchPapers(
    { db: database.db, clock, signal: new AbortController().signal },
    openSourceOn(server, clock, name),
    { day },
  );

const serve = (...changes: Partial<ServedPaper>[]) => {
  server.papers = changes.map((each, n) =>
    createServedPaper(each.id ?? `2605.0000${n + 1}`, FRIDAY, each),
  );
};
const paper = (id = '2605.00001') => findPaper(database.db, id);
const rows = async (query: ReturnType<typeof sql>) => (await database.db.execute(query)).rows;

describe('Fetching papers', () => {
  it('A fetch stores papers with their topics and records itself', async () => {
    serve({ title: 'Speculative Decoding for Large Language Models', upvotes: 3 }, {});
    expect(await fetchFrom()).toMatchObject({
      source: 'hf-daily',
      day: FRIDAY,
      outcome: 'papers',
      found: 2,
      added: 2,
      updated: 0,
      refused: 0,
      error: null,
    });
    expect((await paper())?.topics.map(({ slug }) => slug)).toContain('llm-inference');
    expect(await rows(sql`SELECT source, day::text, outcome, found, added FROM fetches`)).toEqual([
      { source: 'hf-daily', day: FRIDAY, outcome: 'papers', found: 2, added: 2 },
    ]);
    expect(
      await rows(
        sql`SELECT name, failures, newest_list_day::text AS day, etag IS NOT NULL AS etag FROM sources`,
      ),
    ).toEqual([{ name: 'hf-daily', failures: 0, day: FRIDAY, etag: true }]);
  });

  it('An unmodified list is recorded as unchanged and stores nothing', async () => {
    serve({});
    await fetchFrom();
    expect(await fetchFrom()).toMatchObject({ outcome: 'unchanged', found: 0 });
    expect(await countRows(database.db, 'papers')).toBe(1);
  });

  it('A later fetch updates votes and comments, also to lower counts, and the code link', async () => {
    serve({ upvotes: 31, comments: 4 });
    await fetchFrom();
    serve({ upvotes: 29, comments: 5, codeUrl: 'https://github.com/ada/engine' });
    expect(await fetchFrom()).toMatchObject({ added: 0, updated: 1 });
    expect(await paper()).toMatchObject({
      upvotes: 29,
      comments: 5,
      codeUrl: 'https://github.com/ada/engine',
    });
    serve({ upvotes: 0, comments: 5 });
    await fetchFrom();
    expect(await paper()).toMatchObject({ upvotes: 0, codeUrl: 'https://github.com/ada/engine' });
  });

  it('A fetch does not change the papers that a digest has frozen', async () => {
    serve({ upvotes: 3, title: 'Before' });
    await fetchFrom();
    await storeSubscriber(database.db);
    const now = new Date('2026-05-09T05:30:00Z');
    await composeDigest(database.db, { kind: 'daily', date: '2026-05-09', now });
    const frozen = await rows(sql`SELECT * FROM digest_papers`);
    serve({ upvotes: 50, title: 'After' });
    await fetchFrom();
    expect((await paper())?.title).toBe('After');
    expect(await rows(sql`SELECT * FROM digest_papers`)).toEqual(frozen);
  });

  it('A withdrawn paper keeps its text, enters no new digest, and returns when it is reinstated', async () => {
    const composed = async (date: string) => {
      const now = new Date(`${date}T05:30:00Z`);
      return (await composeDigest(database.db, { kind: 'daily', date, now })).digest?.papers ?? 0;
    };
    serve({ title: 'It Stands' }, {});
    await fetchFrom();
    serve({ title: 'Withdrawn', withdrawnAt: clock() }, {});
    expect(await fetchFrom()).toMatchObject({ updated: 1 });
    expect((await paper())?.title).toBe('It Stands');
    expect(await composed('2026-05-09')).toBe(1);
    serve({ title: 'It Stands' }, {});
    await fetchFrom();
    expect(await composed('2026-05-10')).toBe(1);
  });

  it('Versions are one paper, and a revision of an unknown paper is ignored', async () => {
    serve({ title: 'First' });
    await fetchFrom(ARXIV, null);
    clock.set('2026-05-11T12:00:00Z');
    const revised = { arxivDay: '2026-05-11', announceType: 'replace', version: 2 } as const;
    serve({ ...revised, title: 'Second' }, { ...revised, title: 'Never seen' });
    expect(await fetchFrom(ARXIV, null)).toMatchObject({ found: 2, added: 0, updated: 1 });
    expect(await paper()).toMatchObject({ title: 'Second', listedOn: FRIDAY, usableOn: FRIDAY });
    expect(await countRows(database.db, 'papers')).toBe(1);
  });

  it('Invalid entries are reported and the others are stored', async () => {
    serve({ title: '' }, {});
    expect(await fetchFrom()).toMatchObject({
      outcome: 'papers',
      added: 1,
      refused: 1,
      detail: expect.stringContaining('Paper 1: title'),
    });
  });

  it('A mostly invalid list is fetched again although it has not changed', async () => {
    serve({ title: '' }, { title: '' }, {});
    expect(await fetchFrom()).toMatchObject({ outcome: 'papers', refused: 2 });
    expect(await fetchFrom()).toMatchObject({ outcome: 'papers', refused: 2 });
  });

  it('A fetch fails when no entry of the list is valid', async () => {
    serve({ title: '' }, { title: '' });
    expect(await fetchFrom()).toMatchObject({
      outcome: 'failed',
      refused: 2,
      error: { code: 'SOURCE_UNREADABLE' },
      detail: expect.stringMatching(/^The list has no valid entry\. Paper 1: title/),
    });
    expect(await rows(sql`SELECT failures, etag FROM sources`)).toEqual([
      { failures: 1, etag: null },
    ]);
  });

  it('A fetch fails when the source sends slowly without end', async () => {
    const { signal } = new AbortController();
    const dripping = {
      ...openSourceOn(server, clock, 'hf-daily'),
      fetch: ({ signal }: { signal: AbortSignal }) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    };
    const deps = { db: database.db, clock, signal, timeoutMs: 20 };
    expect(await fetchPapers(deps, dripping)).toMatchObject({
      outcome: 'failed',
      detail: 'hf-daily cannot be read: it returned no complete list within 0.02 s.',
    });
    const stopping = AbortSignal.abort(new Error('Stopping.'));
    const stopped = { ...deps, signal: stopping, timeoutMs: 60_000 };
    await expect(fetchPapers(stopped, openSourceOn(server, clock, 'hf-daily'))).rejects.toThrow(
      'Stopping.',
    );
  });

  it('An empty list is recorded as empty', async () => {
    expect(await fetchFrom()).toMatchObject({ outcome: 'empty', found: 0, error: null });
  });

  it.each(['errorAsJson', 'binary', 'nested', 'truncated', 'huge', 'busy', 'broken'] as const)(
    'A source that is %s leaves the stored papers alone and counts its failures',
    async (fault) => {
      serve({ upvotes: 3 });
      await fetchFrom();
      const before = await rows(sql`SELECT * FROM papers`);
      server.fault = fault;
      const failed = await fetchFrom();
      expect(failed.outcome).toBe('failed');
      expect(failed.error?.code).toMatch(/^SOURCE_/);
      expect(failed.detail).toBe(failed.error?.message);
      await fetchFrom();
      expect(await rows(sql`SELECT * FROM papers`)).toEqual(before);
      expect(await rows(sql`SELECT failures FROM sources`)).toEqual([{ failures: 2 }]);
      server.fault = null;
      await fetchFrom();
      expect(await rows(sql`SELECT failures FROM sources`)).toEqual([{ failures: 0 }]);
    },
  );

  it('A fetch whose last page fails stores nothing', async () => {
    server.papers = Array.from({ length: 150 }, (_, n) =>
      createServedPaper(`2605.${10_000 + n}`, FRIDAY),
    );
    server.requests.length = 0;
    server.faultOf = () => (server.requests.length > 1 ? 'broken' : null);
    expect(await fetchFrom()).toMatchObject({ outcome: 'failed' });
    expect(server.requests.length).toBeGreaterThan(1);
    expect(await countRows(database.db, 'papers')).toBe(0);
  });
});

describe('A stale list', () => {
  it('A list whose papers were all listed before is stale on a working day', async () => {
    serve({}, {});
    await fetchFrom(ARXIV, null);
    clock.set('2026-05-11T12:00:00Z');
    const again = { arxivDay: '2026-05-11' };
    serve(again, again);
    expect(await fetchFrom(ARXIV, null)).toMatchObject({ outcome: 'stale', added: 0 });
    expect((await paper())?.listedOn).toBe(FRIDAY);
    serve(again, again, again);
    expect(await fetchFrom(ARXIV, null)).toMatchObject({ outcome: 'papers', added: 1 });
  });

  it('Yesterday’s list is stale although it is not stored, as after an outage', async () => {
    serve({}, {});
    const source = openSourceOn(server, clock, ARXIV);
    const list = await fetchList(source, clock);
    clock.set('2026-05-11T12:00:00Z');
    const late = { ...source, fetch: async () => ({ ...list, day: '2026-05-11' }) };
    const { signal } = new AbortController();
    expect(await fetchPapers({ db: database.db, clock, signal }, late)).toMatchObject({
      outcome: 'stale',
      added: 2,
    });
    expect((await paper())?.listedOn).toBe(FRIDAY);
  });

  it('Yesterday’s list of revisions only is stale', async () => {
    serve({}, {});
    const source = openSourceOn(server, clock, ARXIV);
    const { papers, ...list } = await fetchList(source, clock);
    clock.set('2026-05-11T12:00:00Z');
    const { signal } = new AbortController();
    const outcomeOf = async (listedOn: string) => {
      const revisions = papers.map((each) => ({ ...each, listedOn }));
      const fetch = async () => ({ ...list, papers: [], revisions, day: '2026-05-11' });
      const deps = { db: database.db, clock, signal };
      return (await fetchPapers(deps, { ...source, fetch })).outcome;
    };
    expect(await outcomeOf(FRIDAY)).toBe('stale');
    expect(await outcomeOf('2026-05-11')).toBe('papers');
  });

  it('A list that Hugging Face returns for another day is stale', async () => {
    serve({}, {});
    await fetchFrom();
    clock.set('2026-05-11T12:00:00Z');
    serve({ hfDay: '2026-05-11' }, { hfDay: '2026-05-11' });
    expect(await fetchFrom('hf-daily', '2026-05-11')).toMatchObject({ outcome: 'stale' });
  });

  it('The same list of a day read again is not stale', async () => {
    serve({ upvotes: 1 });
    await fetchFrom();
    serve({ upvotes: 2 });
    expect(await fetchFrom()).toMatchObject({ outcome: 'papers', updated: 1 });
  });
});

describe('A paper of two sources', () => {
  it('A paper of two sources keeps both and counts from the earlier day', async () => {
    serve({
      hfDay: FRIDAY,
      arxivDay: THURSDAY,
      upvotes: 3,
      title: 'HF 2times',
      organization: 'Engines',
    });
    await fetchFrom();
    expect(await paper()).toMatchObject({ listedOn: FRIDAY, usableOn: '2026-05-09' });
    clock.set(`${THURSDAY}T12:00:00Z`);
    serve({ arxivDay: THURSDAY, title: 'arXiv $2\\times$' });
    await fetchFrom(ARXIV, null);
    expect(await paper()).toMatchObject({
      source: 'hf-daily',
      listedOn: THURSDAY,
      usableOn: THURSDAY,
      upvotes: 3,
      organization: 'Engines',
      title: 'arXiv 2×',
    });
    expect(await countRows(database.db, 'papers')).toBe(1);
    expect(await rows(sql`SELECT source FROM paper_sources ORDER BY source`)).toEqual([
      { source: ARXIV },
      { source: 'hf-daily' },
    ]);
    expect(await rows(sql`SELECT DISTINCT listed_on::text AS day FROM paper_topics`)).toEqual(
      (await paper())?.topics.length ? [{ day: THURSDAY }] : [],
    );
  });

  it('A paper keeps arXiv’s text with its TeX when Hugging Face lists it again', async () => {
    serve({ title: 'Own words' });
    await fetchFrom(ARXIV, null);
    serve({ title: 'Copied words', upvotes: 9 });
    await fetchFrom();
    expect(await paper()).toMatchObject({ title: 'Own words', upvotes: 9, listedOn: FRIDAY });
    serve({ title: 'Copied words', upvotes: 9, comments: 1 });
    expect(await fetchFrom()).toMatchObject({ updated: 1 });
  });

  it('A paper of two sources enters one digest only', async () => {
    serve({});
    await fetchFrom(ARXIV, null);
    await storeSubscriber(database.db);
    const compose = (date: string) =>
      composeDigest(database.db, { kind: 'daily', date, now: new Date(`${date}T05:30:00Z`) });
    expect((await compose(FRIDAY)).digest?.papers).toBe(1);
    await fetchFrom();
    expect((await compose('2026-05-09')).digest).toBeNull();
  });

  it('Two processes that store a paper at once agree', async () => {
    serve({ upvotes: 7 });
    await Promise.all([fetchFrom(), fetchFrom(ARXIV, null), fetchFrom('hf-weekly')]);
    expect(await countRows(database.db, 'papers')).toBe(1);
    expect(await paper()).toMatchObject({ upvotes: 7, listedOn: FRIDAY });
    expect(await countRows(database.db, 'paper_sources')).toBe(2);
  });
});

describe('A file as a source', () => {
  const entry = (n: number) => ({ id: `2605.0000${n}`, title: `Paper ${n}`, abstract: 'We test.' });

  it('A file source is read when it changes, as JSON, JSON lines or CSV', async () => {
    const path = inFolder('papers');
    const name = `file:${path}`;
    const write = async (text: string, at: number) => {
      await writeFile(path, text);
      await utimes(path, at, at);
    };
    await write(JSON.stringify([entry(1)]), 1000);
    expect(await fetchFrom(name, null)).toMatchObject({ outcome: 'papers', added: 1 });
    expect(await fetchFrom(name, null)).toMatchObject({ outcome: 'unchanged' });
    await write(`${JSON.stringify(entry(1))}\n{"title":\n${JSON.stringify(entry(2))}\n`, 2000);
    expect(await fetchFrom(name, null)).toMatchObject({
      added: 1,
      refused: 1,
      detail: expect.stringContaining('Line 2: it is not JSON'),
    });
    await write('title,abstract,upvotes\n"On, Testing",We test.,3\n,We fail.,x\n', 3000);
    expect(await fetchFrom(name, null)).toMatchObject({
      added: 1,
      refused: 1,
      detail: expect.stringContaining('Line 3: title is missing'),
    });
  });

  it.each([
    ['is not there', 'nowhere', undefined, 'SOURCE_UNREACHABLE', 'no such file'],
    ['is empty', 'empty', ' ', 'SOURCE_UNREADABLE', 'The file is empty'],
    ['is none of these', 'none', 'hello', 'SOURCE_UNREADABLE', 'The list has no valid entry'],
    ['is UTF-16', 'utf16', 't\0i\0t\0l\0e\0', 'SOURCE_UNREADABLE', 'The list has no valid entry'],
    [
      'is broken CSV',
      'csv',
      'title,abstract\n"On',
      'SOURCE_UNREADABLE',
      'The file is not valid CSV',
    ],
  ])('A file source fails when the file %s', async (_, file, text, code, message) => {
    const path = inFolder(file);
    if (text !== undefined) await writeFile(path, text);
    const report = await fetchFrom(`file:${path}`, null);
    expect(report).toMatchObject({ outcome: 'failed', error: { code } });
    expect(report.detail).toContain(message);
  });
});
