import { readdir, readFile, writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OnceOptions, runOnce } from '../../../src/commands/once/run-once.ts';
import { formatDate } from '../../../src/copy/en/format.ts';
import {
  findSubscriberByEmail,
  updatePreferences,
  updateStatus,
} from '../../../src/db/subscribers/subscribers.ts';
import { addDays } from '../../../src/domain/time/schedule.ts';
import { type RunningRoles, startRoles } from '../../../src/roles.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { parsePersonalFile } from '../../../src/settings/personal/personal-file.ts';
import type { App } from '../../../src/wiring/app.ts';
import { emptyTables } from '../../support/database.ts';
import { createServedPaper, startFaultyPaperServer } from '../../support/paper-server.ts';
import { countRows, storeSubscriber } from '../../support/rows.ts';
import { openTestSmtpServer } from '../../support/smtp-server.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';
import { type CommandResult, runCommandWith } from '../run.ts';

const sink = await openTestSmtpServer();
let test: TestApp;
let worker: RunningRoles;
const server = await startFaultyPaperServer({ clock: () => test.clock() });
const inFolder = useTempFolder();

beforeAll(async () => {
  test = await openTestApp(
    {
      HF_ENDPOINT: server.urls.hfEndpoint,
      SOURCES: 'hf-daily',
      SMTP_URL: sink.url,
      OWNER_EMAIL: 'ada@example.org',
      PUBLIC_URL: '',
    },
    { servesSite: false },
  );
  worker = await startRoles(test.app, ['worker']);
});
afterAll(async () => {
  await worker.stop();
  await test.close();
  await server.close();
  await sink.close();
});

beforeEach(async () => {
  const tables = 'papers, sources, fetches, subscribers, digests, host_permits, suppressions';
  await emptyTables(test.app.database, tables);
  await test.app.database.pool.query(
    'DELETE FROM digest_papers; DELETE FROM batches; DELETE FROM deliveries',
  );
  // Later in each test: what the relay asked for in one must not hold back the next.
  week += 1;
  setClock(0);
  server.fault = null;
  sink.accepted.length = 0;
  sink.respondWith(() => 'accept');
  serve(-1, -1, -1);
});

let week = 0;

/** The day so many days after the test's Friday. */
const day = (offset: number) => addDays('2026-01-16', 7 * week + offset);
/** The same as text. */
const shown = (offset: number) => formatDate(day(offset));
const setClock = (offset: number, time = '06:00') => test.clock.set(`${day(offset)}T${time}:00Z`);

/** Serves one paper for each of the days. */
function serve(...offsets: number[]): void {
  server.papers = offsets.map((offset, n) =>
    createServedPaper(`2605.${10_000 + 10 * week + n}`, day(offset), {
      title: `Bicycle ${n}: Policies that ride`,
      abstract: `We train policy ${n} with reinforcement learning. It rides without falling.`,
      upvotes: 10 * n,
    }),
  );
}

function once(file = '', options: OnceOptions = {}): Promise<CommandResult> {
  const setUp = parsePersonalFile(`email: ada@example.org\n${file}`, {
    folder: inFolder(),
    password: undefined,
  });
  const withWorker = <Result>(_app: App, action: () => Promise<Result>) => action();
  return runCommandWith((io) => runOnce(test.app, { io, withWorker }, setUp, options));
}

const recipients = () => sink.accepted.map(({ to }) => to);

describe('paperboy once', () => {
  it('The first run fetches, composes and sends, and a second one sends nothing again', async () => {
    expect(await once()).toEqual({
      code: 0,
      stdout: `hf-daily: 3 new papers.\nThe digest of ${shown(0)} was sent, with 3 papers.\n`,
      stderr: '',
    });
    expect(await once()).toEqual({
      code: 0,
      stdout: `hf-daily: read recently, and not due again yet.\nThe digest of ${shown(0)} was sent before.\n`,
      stderr: '',
    });
    expect(recipients()).toEqual(['ada@example.org']);
  });

  it('The message has no link except to papers, and no header that names a site', async () => {
    await once();
    const { html = '', text = '', headers } = await PostalMime.parse(sink.accepted[0]?.raw ?? '');
    const targets = [...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target ?? '');
    expect(targets.length).toBeGreaterThanOrEqual(3);
    const addresses = [...targets, ...(text.match(/https?:\S+/g) ?? [])];
    expect(addresses.filter((each) => !each.startsWith('https://arxiv.org/abs/'))).toEqual([]);
    const names = headers.map(({ key }) => key);
    expect(names).toContain('list-id');
    expect(names).not.toContain('list-unsubscribe');
    expect(`${text}${JSON.stringify(headers)}`).not.toMatch(/localhost:|http:/);
  });

  it('A dry run shows the digest and changes nothing that the next run does', async () => {
    const shown = await once('', { dryRun: true });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('3 papers read, 3 chosen for you.');
    expect(recipients()).toEqual([]);
    expect(await countRows(test.app.db, 'digests')).toBe(0);
    setClock(0, '08:00');
    expect((await once()).stdout).toContain('was sent, with 3 papers.');
  });

  it('The message can be written to files, of a dry run and of a real one', async () => {
    for (const options of [{ dryRun: true as const }, {}]) {
      const folder = inFolder(options.dryRun ? 'dry' : 'real');
      const { stdout } = await once('', { ...options, print: folder });
      expect(stdout).toContain(`paperboy-${day(0)}.eml`);
      expect((await readdir(folder)).sort()).toEqual([
        `paperboy-${day(0)}.eml`,
        `paperboy-${day(0)}.html`,
      ]);
      const html = await readFile(`${folder}/paperboy-${day(0)}.html`, 'utf8');
      expect(html).toMatch(/^<!doctype html>/);
      const eml = await PostalMime.parse(await readFile(`${folder}/paperboy-${day(0)}.eml`));
      expect(eml.to?.[0]?.address).toBe('ada@example.org');
    }
  });

  it.each([
    ['a Sunday', 2, 'has no papers: the sources list nothing at weekends.'],
    ['a Monday', 3, 'has no papers: the sources list nothing at weekends.'],
    ['a Wednesday', 5, 'has no papers: the sources listed nothing new.'],
  ])('Without papers on %s it says why, and exits with 0', async (_name, offset, reason) => {
    serve();
    setClock(offset);
    const { code, stdout } = await once();
    expect(stdout).toContain(reason);
    expect(code).toBe(0);
  });

  it('It says that a source could not be read, exits with 1, and the next run goes on', async () => {
    server.fault = 'broken';
    const { code, stdout, stderr } = await once();
    expect(stderr).toContain('hf-daily: 0 new papers. ');
    expect(stdout).toContain('has no papers: hf-daily could not be read.');
    expect(code).toBe(1);
    server.fault = null;
    setClock(0, '07:00');
    expect((await once()).stdout).toContain('was sent, with 3 papers.');
  });

  it('A message that the relay defers waits for a later run', async () => {
    sink.respondWith(() => ({ at: 'data', reply: '451 4.7.1 Greylisted' }));
    const first = await once();
    expect(first.stdout).toMatch(/is waiting\. The first run after .* sends it\. 451 4\.7\.1 Grey/);
    expect(first.code).toBe(6);
    sink.respondWith(() => 'accept');
    setClock(1, '05:59');
    const second = await once();
    expect(second.stdout).toContain(`The digest of ${shown(0)} was sent, with 3 papers.`);
    expect(recipients()).toEqual(['ada@example.org']);
  });

  it('A message that the relay rejects is reported, with its reply, and exits with 3', async () => {
    sink.respondWith(() => ({ at: 'rcpt', reply: '550 5.7.1 Not from you' }));
    const { code, stdout } = await once();
    expect(stdout).toContain('could not be sent. 550 5.7.1 Not from you.');
    expect(code).toBe(3);
  });

  it('What an earlier run left is sent by the next one', async () => {
    await once('', { dryRun: true });
    const { db } = test.app;
    await composeDigest(db, { kind: 'daily', date: day(0), now: test.clock() });
    serve(-1, -1, -1, 0);
    setClock(1);
    const { code, stdout } = await once();
    expect(stdout).toContain(`The digest of ${shown(0)} was sent, with 3 papers.`);
    expect(stdout).toContain(`The digest of ${shown(1)} was sent, with 1 paper.`);
    expect(code).toBe(0);
    expect(recipients()).toHaveLength(2);
  });

  it('It refuses to run where other people have subscribed, since they would lose a digest', async () => {
    const { db } = test.app;
    const grace = await storeSubscriber(db, { email: 'grace@example.org' });
    await expect(once()).rejects.toThrow(
      'another active reader: “paperboy once” is for one person',
    );
    expect(recipients()).toEqual([]);
    await updatePreferences(db, grace, { pausedUntil: '2999-01-01' }, test.clock());
    await once();
    expect(recipients()).toEqual(['ada@example.org']);
  });

  it('The file decides the preferences: what it no longer names gets its default', async () => {
    await once('topics: [rl]\npapers: 2\nkeywords: [riding]', { dryRun: true });
    const find = () => findSubscriberByEmail(test.app.db, 'ada@example.org');
    expect(await find()).toMatchObject({ topics: ['rl'], papers: 2, keywords: ['riding'] });
    await once('papers: 3', { dryRun: true });
    expect(await find()).toMatchObject({ topics: [], papers: 3, keywords: [], status: 'active' });
    expect(await countRows(test.app.db, 'consents')).toBe(1);
  });

  it('A preference that is wrong is refused before anything is fetched', async () => {
    const before = server.requests.length;
    await expect(once('topics: [cooking]')).rejects.toThrow('“cooking” is not a topic');
    expect(server.requests).toHaveLength(before);
  });

  it('On a day on which nothing is for the reader it says so, and sends nothing', async () => {
    const { code, stdout } = await once('topics: [robotics]\ntopics_only: yes\nmuted_topics: [rl]');
    expect(stdout).toContain('was not sent. No paper of this digest');
    expect(code).toBe(0);
    expect(recipients()).toEqual([]);
  });

  it('Weekdays are days of the week in the reader’s time zone', async () => {
    setClock(0, '23:00');
    const file = 'frequency: weekdays\ntimezone: Asia/Tokyo';
    expect((await once(file)).stdout).toContain('Today is not a weekday');
    setClock(0);
    expect((await once(file)).stdout).toContain(`The digest of ${shown(0)} was sent`);
  });

  it('A weekly digest is sent once a week, on the first run from Monday on', async () => {
    setClock(4);
    serve(0, 3);
    expect((await once('frequency: weekly')).stdout).toContain(
      `The weekly digest of ${shown(3)} was sent, with 1 paper.`,
    );
    setClock(5);
    expect((await once('frequency: weekly')).stdout).toContain('was sent before.');
    expect(recipients()).toHaveLength(1);
  });

  it('Somebody who has unsubscribed stays so', async () => {
    await once('', { dryRun: true });
    const { db } = test.app;
    const ada = await findSubscriberByEmail(db, 'ada@example.org');
    await updateStatus(db, ada?.id ?? 0, 'unsubscribed', test.clock());
    expect((await once()).stdout).toContain('You have unsubscribed on the site');
    expect(recipients()).toEqual([]);
  });

  it('A pause holds digests back until its day, and then ends by itself', async () => {
    await once('', { dryRun: true });
    const { db } = test.app;
    const ada = await findSubscriberByEmail(db, 'ada@example.org');
    await updatePreferences(db, ada?.id ?? 0, { pausedUntil: day(1) }, test.clock());
    expect((await once()).stdout).toContain('You have paused your digests');
    expect(recipients()).toEqual([]);
    await updatePreferences(db, ada?.id ?? 0, { pausedUntil: day(0) }, test.clock());
    expect((await once()).stdout).toContain('was sent, with 3 papers.');
    expect(recipients()).toEqual(['ada@example.org']);
  });

  it('A past day gets the list of its day', async () => {
    serve(-4, -3, -3);
    const { stdout } = await once('', { date: day(-2) });
    expect(stdout).toBe(
      `hf-daily: 2 new papers.\nThe digest of ${shown(-2)} was sent, with 2 papers.\n`,
    );
  });

  it('The library and liked papers teach, and a paper of theirs is never sent', async () => {
    await writeFile(
      inFolder('mine.bib'),
      '@article{a, title = {Policies that ride bicycles}, abstract = {A policy rides a bicycle.}}',
    );
    const file = `library: [mine.bib]\nliked: [2605.${10_000 + 10 * week}]`;
    const { stdout } = await once(file);
    expect(stdout).toContain('mine.bib: 1 new paper to learn from, 1 in all.');
    expect(stdout).toContain('liked: 1 new paper to learn from, 2 in all.');
    expect(stdout).toContain('was sent, with 2 papers.');
    expect(sink.accepted[0]?.raw.toString()).not.toContain('Bicycle 0');
    setClock(0, '06:10');
    expect((await once(file)).stdout).not.toContain('to learn from');
  });

  it('A library that cannot be read is named', async () => {
    await expect(once('library: [none.bib]')).rejects.toThrow(/The library .*none\.bib cannot be/);
  });

  it('Rows that have expired are removed, as by the service', async () => {
    await once();
    await test.app.db.execute(
      sql`UPDATE fetches SET started_at = '2026-01-01', ended_at = '2026-01-01'`,
    );
    setClock(0, '06:10');
    await once();
    expect(await countRows(test.app.db, 'fetches')).toBe(0);
  });
});
