import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { listConsents } from '../../src/db/consents.ts';
import { findPaper } from '../../src/db/papers.ts';
import { findSubscriberByEmail } from '../../src/db/subscribers.ts';
import { suppress } from '../../src/db/suppressions.ts';
import { listTopics } from '../../src/db/topics.ts';
import type { PaperInput } from '../../src/domain/paper-input.ts';
import { DEFAULT_PREFERENCES } from '../../src/domain/subscriber.ts';
import { hashSuppressed } from '../../src/domain/tokens.ts';
import { countTopics } from '../../src/services/count-topics.ts';
import { importPapers } from '../../src/services/import-papers.ts';
import { type ImportReport, importSubscriberFile } from '../../src/services/import-subscribers.ts';
import { importTopics } from '../../src/services/import-topics.ts';
import { useDatabase } from '../support/database.ts';
import { storeSubscriber } from '../support/rows.ts';

const database = useDatabase();
const NOW = new Date('2026-05-08T04:00:00Z');
const suppressionKey = 'a key for suppressions in tests only';
const SEED = new URL('../../seeds/', import.meta.url);

beforeEach(() => database.empty());

async function countRows(table: string): Promise<number> {
  const { rows } = await database.db.execute<{ count: number }>(
    sql.raw(`SELECT count(*)::int AS count FROM ${table}`),
  );
  return rows[0]?.count ?? 0;
}

function entry(changes: Partial<PaperInput> = {}): PaperInput {
  return { title: 'Papers by Bicycle', abstract: 'We deliver papers by bicycle.', ...changes };
}

describe('Importing papers', () => {
  const load = (text: string, now = NOW) =>
    importPapers(database.db, { text, source: 'file' }, now);

  it('takes a JSON array', async () => {
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

  it('takes JSON lines, with blank lines, CRLF and a byte order mark', async () => {
    const lines = [entry({ id: '2605.00001' }), entry({ id: '2605.00002' })].map((each) =>
      JSON.stringify(each),
    );
    expect(await load(`\uFEFF${lines.join('\r\n\r\n')}\r\n`)).toMatchObject({ read: 2, added: 2 });
  });

  it('keeps every field that a file can name', async () => {
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
    });
  });

  it('takes versions of an arXiv paper as one, as it comes last', async () => {
    const text = JSON.stringify([
      entry({ id: 'arXiv:2605.00001v1', title: 'First' }),
      entry({ id: 'https://arxiv.org/abs/2605.00001v2', title: 'Second' }),
    ]);
    expect(await load(text)).toEqual({ read: 2, added: 1, updated: 0 });
    expect((await findPaper(database.db, '2605.00001'))?.title).toBe('Second');
  });

  it('knows a paper without an id again by its title', async () => {
    await load(JSON.stringify([entry()]));
    const again = entry({ title: '  Papers  by bicycle ', upvotes: 3 });
    expect(await load(JSON.stringify([again]))).toEqual({ read: 1, added: 0, updated: 1 });
    expect(await countRows('papers')).toBe(1);
  });

  it('of the same file twice changes nothing, also after a fuller one', async () => {
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

  it('keeps the day on which a paper was first listed', async () => {
    await load(JSON.stringify([entry({ id: '2605.00001', listed_on: '2026-05-06' })]));
    await load(JSON.stringify([entry({ id: '2605.00001', listed_on: '2026-05-08', comments: 2 })]));
    expect(await findPaper(database.db, '2605.00001')).toMatchObject({
      listedOn: '2026-05-06',
      usableOn: '2026-05-06',
      comments: 2,
    });
  });

  it('gives a paper new topics when its words change', async () => {
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
    ['Line 3 is no JSON', `${JSON.stringify(entry())}\n\n{"title":`],
    ['Line 2: "text" is no paper', `${JSON.stringify(entry())}\n"text"`],
    ['The file is no JSON', '[{]'],
    ['The file is empty', ' \n'],
  ])('stores nothing when one is wrong, and says where: %s', async (problem, text) => {
    await expect(load(text)).rejects.toMatchObject({
      code: expect.stringMatching(/^INVALID_(FILE|PAPER)$/),
      message: expect.stringContaining(problem),
    });
    expect(await countRows('papers')).toBe(0);
  });

  it('takes more than one statement can', async () => {
    const many = Array.from({ length: 1203 }, (_, n) =>
      entry({ id: `2605.${10_000 + n}`, title: `Bicycle ${n}` }),
    );
    expect(await load(JSON.stringify(many))).toEqual({ read: 1203, added: 1203, updated: 0 });
    expect(await load(JSON.stringify(many))).toEqual({ read: 1203, added: 0, updated: 0 });
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

  it('get the topics that their queries were tuned for', async () => {
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
        FROM paper_topics
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

describe('Importing topics', () => {
  it('again keeps them, in the order of the file', async () => {
    const text = await readFile(new URL('topics.json', SEED), 'utf8');
    const before = await listTopics(database.db);
    expect(await importTopics(database.db, text)).toBe(21);
    expect(await listTopics(database.db)).toEqual(before);
  });

  it.each([
    ['no JSON array', '{}'],
    [
      'Topic 2: query is missing',
      '[{"slug":"a","name":"A","query":"a","title_query":"a"},{"slug":"b","name":"B"}]',
    ],
    ['Topic 1', '[null]'],
    ['no JSON', '['],
  ])('says what is wrong: %s', async (problem, text) => {
    await expect(importTopics(database.db, text)).rejects.toMatchObject({
      code: 'INVALID_TOPICS',
      message: expect.stringContaining(problem),
    });
  });
});

describe('Importing subscribers', () => {
  async function load(
    content: string | Readable,
  ): Promise<ImportReport & { problems: [number, string][] }> {
    const problems: [number, string][] = [];
    const report = await importSubscriberFile(
      { db: database.db, suppressionKey },
      {
        name: 'readers.csv',
        content: typeof content === 'string' ? Readable.from([content]) : content,
        onRejected: async (line, problem) => {
          problems.push([line, problem]);
        },
      },
      NOW,
    );
    return { ...report, problems };
  }
  const counts = { rows: 0, added: 0, updated: 0, suppressed: 0, rejected: 0 };
  const reader = async (key: string) => {
    const found = await findSubscriberByEmail(database.db, key);
    if (!found) throw new Error(`${key} is not there.`);
    return found;
  };

  it('reads every column, in any order, and passes over others', async () => {
    const report = await load(
      'Papers,consent,name,email,HOUR,frequency,timezone,topics\n' +
        '5,"Asked for it, in writing",Ada,Ada@Example.org,23,weekdays,europe/berlin, rl ; nlp\n',
    );
    expect(report).toMatchObject({ ...counts, rows: 1, added: 1 });
    const ada = await reader('ada@example.org');
    expect(ada).toMatchObject({
      email: 'Ada@example.org',
      status: 'active',
      confirmedAt: NOW,
      topics: ['rl', 'nlp'],
      keywords: [],
      frequency: 'weekdays',
      timezone: 'Europe/Berlin',
      hour: 23,
      papers: 5,
    });
    expect(await listConsents(database.db, ada.id)).toEqual([
      {
        givenAt: NOW,
        confirmedAt: NOW,
        channel: 'import',
        wording: 'Asked for it, in writing',
        network: null,
      },
    ]);
  });

  it('needs the address only; the file and the day are the consent then', async () => {
    await load('email\nada@example.org\n');
    const ada = await reader('ada@example.org');
    expect(ada).toMatchObject(DEFAULT_PREFERENCES);
    const [consent] = await listConsents(database.db, ada.id);
    expect(consent?.wording).toBe('Imported from readers.csv on 2026-05-08');
  });

  it('reads what spreadsheets write: byte order mark, CRLF, quotes, blank and short lines', async () => {
    const report = await load(
      '\uFEFFemail,hour,topics\r\n"ada@example.org","8","rl;nlp"\r\n\r\nbob@example.org\r\ncem@example.org,,\r\ndan@example.org,4,rl,extra,cells',
    );
    expect(report).toMatchObject({ rows: 4, added: 4, rejected: 0 });
    expect((await reader('ada@example.org')).topics).toEqual(['rl', 'nlp']);
    expect((await reader('cem@example.org')).hour).toBe(7);
  });

  it('counts an address that comes again as an update, with what the later row names', async () => {
    const report = await load('email,hour,papers\na@example.org,5,5\nA@EXAMPLE.org,6,\n');
    expect(report).toMatchObject({ rows: 2, added: 1, updated: 1 });
    expect(await reader('a@example.org')).toMatchObject({ hour: 6, papers: 5 });
    const far = ['a', ...Array.from({ length: 2500 }, (_, n) => `r${n}`), 'a', 'r1'];
    expect(
      await load(`email\n${far.map((name) => `${name}@example.org`).join('\n')}`),
    ).toMatchObject({ rows: 2503, added: 2500, updated: 3 });
  });

  it('updates what is named of a known reader and never reactivates', async () => {
    await storeSubscriber(database.db, {
      email: 'ada@example.org',
      status: 'unsubscribed',
      hour: 5,
      topics: ['rl'],
      keywords: ['bicycle'],
    });
    expect(await load('email,hour,topics\nada@example.org,,nlp\n')).toMatchObject({ updated: 1 });
    expect(await reader('ada@example.org')).toMatchObject({
      status: 'unsubscribed',
      hour: 5,
      topics: ['nlp'],
      keywords: ['bicycle'],
    });
    expect(await countRows('consents')).toBe(0);
  });

  it.each(['bounce', 'complaint', 'operator', 'erased'] as const)(
    'skips and counts addresses suppressed for %s',
    async (reason) => {
      const hash = hashSuppressed('ada@example.org', suppressionKey);
      await suppress(database.db, hash, reason, NOW);
      const report = await load('email\nADA@example.org\nbob@example.org\n');
      expect(report).toMatchObject({ rows: 2, added: 1, suppressed: 1 });
      expect(await findSubscriberByEmail(database.db, 'ada@example.org')).toBeNull();
    },
  );

  it('leaves bad rows out, with their lines, and takes the others', async () => {
    const report = await load(
      [
        'email,hour,timezone,topics',
        'no address,,,',
        'ada@example.org,24,,',
        '"bob@example.org",,Atlantis,',
        'cem@example.org,,,alchemy',
        ',,,',
        'dan@example.org,0,,',
      ].join('\n'),
    );
    expect(report).toMatchObject({ rows: 6, added: 1, rejected: 5 });
    expect(report.problems.map(([line]) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(report.problems[1]?.[1]).toContain('“24” is no hour');
  });

  it('takes consents in any characters that a file can hold', async () => {
    const long = `${'x'.repeat(499)}\u{1f4ee} and more`;
    const report = await load(`email,consent\nada@example.org,a\0b\nbob@example.org,${long}\n`);
    expect(report).toMatchObject({ added: 2, rejected: 0 });
    const [consent] = await listConsents(database.db, (await reader('ada@example.org')).id);
    expect(consent?.wording).toMatch(/^a.?b$/);
  });

  it.each([
    ['has no column “email”', 'address,hour\nada@example.org,3\n'],
    ['comes twice', 'email,hour,Hour\nada@example.org,3,4\n'],
    ['is empty', ''],
    ['is no CSV', 'email,consent\n"ada@example.org","open\nbob@example.org,\n'],
    ['is no CSV', 'email\nada@example.org\n"bob"x,y\n'],
  ])('refuses a file that %s', async (problem, content) => {
    await expect(load(content)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringContaining(problem),
    });
  });

  it('takes a file of the header alone', async () => {
    expect(await load('email,hour\n')).toMatchObject(counts);
    expect(await load('email')).toMatchObject(counts);
  });

  it('takes 5,000 rows in small chunks, and tells how far it is', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `r${n}@example.org,${n % 24},rl;nlp`);
    const text = Buffer.from(`email,hour,topics\n${rows.join('\n')}\n`);
    const chunks: Buffer[] = [];
    for (let start = 0; start < text.length; start += 1009) {
      chunks.push(text.subarray(start, start + 1009));
    }
    const progress: number[] = [];
    const startedAt = performance.now();
    const report = await importSubscriberFile(
      { db: database.db, suppressionKey },
      {
        name: 'readers.csv',
        content: Readable.from(chunks),
        onProgress: ({ rows: done }) => progress.push(done),
        onRejected: async () => undefined,
      },
      NOW,
    );
    expect(report).toEqual({ ...counts, rows: 5000, added: 5000 });
    expect(progress.at(-1)).toBe(5000);
    expect(progress.length).toBeGreaterThan(4);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
