import { writeFile } from 'node:fs/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../support/clock.ts';
import { emptyTables } from '../support/database.ts';
import { createServedPaper, startFaultyPaperServer } from '../support/paper-server.ts';
import { countRows } from '../support/rows.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { useTestApp } from '../support/test-app.ts';
import { runCommand } from './run.ts';

const clock = createTestClock('2026-05-08T05:30:00Z');
const server = await startFaultyPaperServer({ clock });
afterAll(() => server.close());
const test = useTestApp({
  HF_ENDPOINT: server.urls.hfEndpoint,
  ARXIV_RSS_URL: server.urls.arxivRssUrl,
  ARXIV_API_URL: server.urls.arxivApiUrl,
});
const inFolder = useTempFolder();

beforeEach(async () => {
  server.fault = null;
  server.papers = [];
  await emptyTables(test.app.database, 'papers, sources, fetches');
});

const paperboy = (line: string) => runCommand(test.app, line.split(' '), { cwd: inFolder() });
const serve = (...days: string[]) => {
  server.papers = days.map((day, n) => createServedPaper(`2605.0000${n}`, day));
};

describe('paperboy papers fetch', () => {
  it('“papers fetch” fetches the newest list', async () => {
    serve('2026-05-08', '2026-05-08', '2026-05-07');
    expect(await paperboy('papers fetch hf-daily')).toEqual({
      code: 0,
      stdout: 'hf-daily of 2026-05-08: 2 papers, 2 new, 0 updated, 0 unchanged.\n',
      stderr: '',
    });
    expect((await paperboy('papers fetch hf-daily')).stdout).toBe(
      'hf-daily: unchanged since it was last read.\n',
    );
  });

  it('“papers fetch” fetches one day or several, and reports each in JSON', async () => {
    serve('2026-05-07', '2026-05-05', '2026-05-05');
    expect((await paperboy('papers fetch hf-daily --date 2026-05-07')).stdout).toContain('1 new');
    const { stdout, code } = await paperboy(
      'papers fetch hf-daily --from 2026-05-05 --to 2026-05-07 --json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      source: 'hf-daily',
      fetches: [
        { day: '2026-05-05', outcome: 'papers', found: 2, added: 2, updated: 0, refused: 0 },
        { day: '2026-05-06', outcome: 'empty' },
        { day: '2026-05-07', outcome: 'papers', found: 1, added: 0, updated: 0 },
      ],
    });
  });

  it('“papers fetch” stops at a busy source and keeps the days before', async () => {
    server.fault = 'busy';
    const { code, stdout, stderr } = await paperboy(
      'papers fetch hf-daily --from 2026-05-05 --to 2026-05-07',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('hf-daily of 2026-05-05: http://127.0.0.1');
    expect(stderr).toContain('HTTP 429');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    ['hf-dayly', '“hf-dayly” is not a source: expected hf-daily,'],
    ['arxiv:cs.cl', '“cs.cl” in “arxiv:cs.cl” is not an arXiv category'],
    ['hf-daily --date 2026-02-30', '“2026-02-30” is not a day'],
    ['hf-daily --from 2026-05-05', 'expected --from, and --to on or after it'],
    ['hf-daily --from 2026-05-05 --to 2026-05-04', 'from 2026-05-05 to 2026-05-04'],
    ['hf-daily --from 2020-01-01 --to 2026-05-04', 'expected 366 days at the most'],
    ['hf-daily --date 2026-05-05 --to 2026-05-06', 'expected one day, or the first and the last'],
    ['hf-daily --date 2026-05-09', 'hf-daily has no list of 2026-05-09'],
    ['hf-trending --date 2026-05-01', 'hf-trending has no list of 2026-05-01'],
    ['file:nowhere.json', 'file:nowhere.json cannot be read'],
  ])('“papers fetch” rejects %s', async (words, message) => {
    const { code, stderr } = await paperboy(`papers fetch ${words}`);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(await countRows(test.app.db, 'papers')).toBe(0);
  });
});

describe('paperboy papers import', () => {
  const load = async (text: string) => {
    await writeFile(inFolder('papers.csv'), text);
    return paperboy('papers import papers.csv');
  };

  it('“papers import” reads CSV with columns in any order, quotes, line breaks and a byte order mark', async () => {
    const csv =
      '\uFEFFAbstract,"title",authors,upvotes,listed_on,unknown\r\n"One,\r\ntwo",On Testing,Ada; Bob,3,2026-05-07,x\r\n\r\nThree,On Failing,,,,\r\n';
    expect((await load(csv)).stdout).toBe('2 papers read: 2 new, 0 updated, 0 unchanged.\n');
    const { rows } = await test.app.database.pool.query(
      `SELECT title, abstract, authors, upvotes, listed_on::text AS day FROM papers ORDER BY upvotes`,
    );
    expect(rows).toMatchObject([
      { title: 'On Failing', authors: [], upvotes: 0, day: '2026-05-08' },
      {
        title: 'On Testing',
        abstract: 'One, two',
        authors: ['Ada', 'Bob'],
        upvotes: 3,
        day: '2026-05-07',
      },
    ]);
  });

  it.each([
    ['title,abstract\nOn,We\nOff,\n', 'Line 3: abstract is missing'],
    ['title,abstract,upvotes\nOn,We,many\n', 'Line 2: upvotes is "many": expected a whole number'],
    ['title,abstract\nOn,We,test\n', 'Line 2: the row has 3 cells: expected 2'],
    ['title,title,abstract\nOn,Off,We\n', 'The column “title” appears twice'],
    ['title,abstract\n"On,We\n', 'The file is not valid CSV'],
    ['title;abstract\nOn;We\n', 'Line 1: it is not JSON'],
  ])('“papers import” stores nothing of invalid CSV: %j', async (text, message) => {
    const { code, stderr } = await load(text);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(await countRows(test.app.db, 'papers')).toBe(0);
  });
});
