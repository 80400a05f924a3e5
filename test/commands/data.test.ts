import { writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyTables } from '../support/database.ts';
import { storeSubscriber } from '../support/rows.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { useTestApp } from '../support/test-app.ts';
import { type CallerOptions, runCommand } from './run.ts';

const test = useTestApp();
const inFolder = useTempFolder();
beforeEach(async () => {
  await emptyTables(test.app.database, 'papers, subscribers, suppressions, digests, deliveries');
});

const paperboy = (line: string, caller: CallerOptions = {}) =>
  runCommand(test.app, line.split(' '), { cwd: inFolder(), ...caller });

describe('paperboy seed', () => {
  it('“seed” stores topics and papers, and changes nothing the second time', async () => {
    expect(JSON.parse((await paperboy('seed --json')).stdout)).toEqual({
      topics: 21,
      papers: { read: 49, added: 49, updated: 0 },
    });
    const stored = await storedPapers();
    test.clock.advance(60_000);
    expect((await paperboy('seed')).stdout).toBe(
      '21 topics and 49 papers are stored, 0 of the papers are new.\n',
    );
    expect(await storedPapers()).toEqual(stored);
  });
});

describe('paperboy migrate', () => {
  it('“migrate” changes nothing when the tables are up to date', async () => {
    expect(await paperboy('migrate')).toEqual({
      code: 0,
      stdout: 'The tables are up to date.\n',
      stderr: '',
    });
  });
});

describe('paperboy papers import', () => {
  const ONE = { title: 'On Boats', abstract: 'Boats float.', listed_on: '2026-05-07' };

  it('“papers import” reads a file and counts new and known papers', async () => {
    await writeFile(inFolder('papers.json'), JSON.stringify([ONE]));
    expect(await paperboy('papers import papers.json --json')).toEqual({
      code: 0,
      stdout: '{"read":1,"added":1,"updated":0}\n',
      stderr: '',
    });
    expect((await paperboy('papers import papers.json')).stdout).toBe(
      '1 paper read: 0 new, 0 updated, 1 unchanged.\n',
    );
  });

  it('“papers import -” reads JSON lines from standard input', async () => {
    const stdin = `${JSON.stringify(ONE)}\n${JSON.stringify({ ...ONE, title: 'On Ships' })}\n`;
    expect(JSON.parse((await paperboy('papers import - --json', { stdin })).stdout).added).toBe(2);
  });

  it.each([
    ['an empty file', '', 'The file is empty: expected a JSON array of papers'],
    ['text that is no JSON', 'hello', 'Line 1: it is not JSON'],
    ['CSV without abstracts', 'title,year\nOn,2026', 'has no column “abstract”'],
    ['a paper without a title', `[${JSON.stringify(ONE)}, {"abstract": "x"}]`, 'Paper 2: '],
  ])('“papers import” stores nothing of %s', async (_what, stdin, message) => {
    const { code, stdout, stderr } = await paperboy('papers import -', { stdin });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(await storedPapers()).toEqual([]);
  });

  it('“papers import” names a file that cannot be read', async () => {
    const { code, stderr } = await paperboy('papers import missing.json');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Cannot read missing.json: there is no such file\n',
    });
  });
});

describe('paperboy subscribers import', () => {
  it('“subscribers import” adds active subscribers with consent, and counts them in JSON', async () => {
    const stdin = 'email,topics,hour\nada@example.org,agents;rl,6\nbob@example.org,,\n';
    expect(await paperboy('subscribers import - --json', { stdin })).toEqual({
      code: 0,
      stdout: '{"rows":2,"added":2,"updated":0,"suppressed":0,"rejected":0}\n',
      stderr: '',
    });
    const { rows } = await test.app.db.execute(sql`
      SELECT email, status, topics, hour, wording FROM subscribers JOIN consents ON subscriber_id = subscribers.id
      ORDER BY email`);
    const wording = 'Imported from standard input on 2026-05-08';
    expect(rows).toEqual([
      { email: 'ada@example.org', status: 'active', topics: ['agents', 'rl'], hour: 6, wording },
      { email: 'bob@example.org', status: 'active', topics: [], hour: 7, wording },
    ]);
  });

  it('“subscribers import” stores valid rows, reports each invalid one by line, and ends with 1', async () => {
    const rows = [
      'email,topics,hour',
      'ada@example.org,agents,6',
      'nobody,,',
      'bob@example.org,gardening,',
      'eve@example.org,,25',
    ];
    await writeFile(inFolder('readers.csv'), `${rows.join('\r\n')}\r\n`);
    const { code, stdout, stderr } = await paperboy('subscribers import readers.csv');
    expect(code).toBe(1);
    expect(stdout).toBe('4 rows read: 1 added, 0 updated, 0 suppressed, 3 rejected.\n');
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^Line 3: .*“nobody”/),
      expect.stringMatching(/^Line 4: .*gardening/),
      expect.stringMatching(/^Line 5: .*25/),
      '',
    ]);
    expect(await emails()).toEqual(['ada@example.org']);
  });

  it.each([
    ['is empty', '', 'The file is empty: expected a header line'],
    ['names no email', 'name,hour\nAda,6\n', 'has no column “email”'],
    ['names a column twice', 'email,email\na@example.org,b@example.org\n', '“email” comes twice'],
  ])('“subscribers import” imports nothing when the header %s', async (_what, stdin, message) => {
    const { code, stdout, stderr } = await paperboy('subscribers import -', { stdin });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(await emails()).toEqual([]);
  });

  it('“subscribers import” imports more rows than fit into one batch', async () => {
    const addresses = Array.from({ length: 1001 }, (_, n) => `reader${n}@example.org`);
    const { code, stdout } = await paperboy('subscribers import -', {
      stdin: `email\n${addresses.join('\n')}\n`,
    });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '1,001 rows read: 1,001 added, 0 updated, 0 suppressed, 0 rejected.\n',
    });
    expect(await emails()).toHaveLength(1001);
  });

  it('“subscribers import” skips suppressed addresses and counts them', async () => {
    await storeSubscriber(test.app.db, { email: 'ada@example.org' });
    await paperboy('subscribers erase ada@example.org');
    const stdin = 'email\nAda@example.org\n';
    expect(JSON.parse((await paperboy('subscribers import - --json', { stdin })).stdout)).toEqual({
      rows: 1,
      added: 0,
      updated: 0,
      suppressed: 1,
      rejected: 0,
    });
    expect(await emails()).toEqual([]);
  });
});

describe('paperboy subscribers export', () => {
  it('“subscribers export” writes rows that an import reads back unchanged', async () => {
    await storeSubscriber(test.app.db, {
      email: 'ada@example.org',
      topics: ['agents', 'rl'],
      topicsOnly: true,
      showsSummaries: false,
      timezone: 'Europe/Berlin',
      hour: 5,
      frequency: 'weekly',
      papers: 3,
      mutedTopics: ['vision'],
      keywords: ['state space', 'a;b'],
      names: ['-Tencent'],
      minutes: 5,
      relevanceThreshold: 'high',
    });
    await storeSubscriber(test.app.db, { email: "o'neil@example.org" });
    const exported = (await paperboy('subscribers export')).stdout;
    expect(exported.split('\n')).toEqual([
      'email,status,topics,topics_only,shows_summaries,muted_topics,keywords,names,timezone,hour,frequency,papers,minutes,relevance_threshold,paused_until',
      "ada@example.org,active,agents;rl,yes,no,vision,state space;a\\;b,'-Tencent,Europe/Berlin,5,weekly,3,5,high,",
      "o'neil@example.org,active,,no,yes,,,,UTC,7,daily,10,,low,",
      '',
    ]);
    await emptyTables(test.app.database, 'subscribers');
    expect((await paperboy('subscribers import -', { stdin: exported })).code).toBe(0);
    const again = (await paperboy('subscribers export')).stdout;
    expect(again.split('\n').sort()).toEqual(exported.split('\n').sort());
  });

  it('“subscribers export” escapes addresses that spreadsheets would take for formulas', async () => {
    const dangerous = ['+1@example.org', '=cmd@example.org', '-2+3@example.org'];
    for (const email of dangerous) await storeSubscriber(test.app.db, { email });
    const exported = (await paperboy('subscribers export')).stdout;
    const cells = exported.split('\n').slice(1, -1);
    expect(cells).toHaveLength(3);
    for (const cell of cells) expect(cell).toMatch(/^'[+=-]/);
    expect((await paperboy('subscribers import - --json', { stdin: exported })).stdout).toContain(
      '"added":0,"updated":3',
    );
    expect(await emails()).toEqual([...dangerous].sort());
  });

  it('An imported export reactivates nobody who unsubscribed', async () => {
    for (const status of ['active', 'pending', 'paused', 'unsubscribed'] as const) {
      await storeSubscriber(test.app.db, { email: `${status}@example.org`, status });
    }
    const stdin = (await paperboy('subscribers export')).stdout;
    const here = await paperboy('subscribers import - --json', { stdin });
    expect(JSON.parse(here.stdout)).toMatchObject({ added: 0, updated: 4, rejected: 0 });
    expect((await paperboy('subscribers export')).stdout).toBe(stdin);

    await emptyTables(test.app.database, 'subscribers');
    const elsewhere = await paperboy('subscribers import - --json', { stdin });
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ added: 1, updated: 0, rejected: 3 });
    expect(elsewhere.stderr.match(/^Line [345]: /gm)).toHaveLength(3);
    expect(await emails()).toEqual(['active@example.org']);
  });

  it('An imported export pauses active subscribers until the given day', async () => {
    await storeSubscriber(test.app.db, {
      email: 'ada@example.org',
      status: 'paused',
      pausedUntil: '2026-06-01',
    });
    const stdin = (await paperboy('subscribers export')).stdout;
    await emptyTables(test.app.database, 'subscribers');
    await storeSubscriber(test.app.db, { email: 'bob@example.org' });
    await paperboy('subscribers import -', {
      stdin: `${stdin}bob@example.org,active,,,,,,,,,,,,,2026-06-01\n`,
    });
    const exported = (await paperboy('subscribers export')).stdout;
    expect(exported.match(/^\w+@example.org,paused,.*,2026-06-01$/gm)).toHaveLength(2);
  });
});

describe('paperboy subscribers erase', () => {
  it('“subscribers erase” finds the subscriber in any spelling of the address', async () => {
    await storeSubscriber(test.app.db, { email: 'ada@example.org' });
    expect(await paperboy('subscribers erase ADA@example.org')).toEqual({
      code: 0,
      stdout: 'All data about this subscriber is erased except a keyed hash of the address.\n',
      stderr: '',
    });
    expect(await emails()).toEqual([]);
  });

  it.each([
    ['ada@example.org', 'No subscriber has the address “ada@example.org”.'],
    ['ada', '“ada” is not an email address: expected something like ada@example.org.'],
  ])('“subscribers erase” says why it cannot erase %s', async (email, message) => {
    expect(await paperboy(`subscribers erase ${email}`)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${message}\n`,
    });
  });
});

async function storedPapers(): Promise<unknown[]> {
  const { rows } = await test.app.db.execute(
    sql`SELECT id, title, updated_at::text, stored_at::text FROM papers ORDER BY id`,
  );
  return rows;
}

async function emails(): Promise<unknown[]> {
  const { rows } = await test.app.db.execute(
    sql`SELECT email FROM subscribers ORDER BY email COLLATE "C"`,
  );
  return rows.map(({ email }) => email);
}
