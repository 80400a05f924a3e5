import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listOpenIncidents } from '../../src/db/alerts/alerts.ts';
import { listDigests } from '../../src/db/digests/digests.ts';
import { registerSources } from '../../src/db/sources/sources.ts';
import { fetchDue } from '../../src/jobs/fetch-job.ts';
import { startSchedules } from '../../src/jobs/handlers.ts';
import {
  createServedPaper,
  type FaultyPaperServer,
  startFaultyPaperServer,
} from '../support/paper-server.ts';
import { storeSubscriber } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const HF = 'hf-daily';
const THURSDAY = '2026-05-07';
let server: FaultyPaperServer;
let test: TestApp;

beforeEach(async () => {
  server = await startFaultyPaperServer({ clock: () => test.clock() });
  test = await openTestApp({ SOURCES: HF, HF_ENDPOINT: server.urls.hfEndpoint });
  server.papers = [
    createServedPaper('2605.00001', THURSDAY),
    createServedPaper('2605.00002', THURSDAY),
  ];
});

afterEach(async () => {
  await test.close();
  await server.close();
});

/** Makes the source due. */
async function registerSource(): Promise<void> {
  await registerSources(test.app.db, [HF], test.clock());
}

const ask = () => test.app.handlers.fetch({ source: HF });
const alerts = async () =>
  (await listOpenIncidents(test.app.db)).map(({ kind, subject }) => `${kind} ${subject}`);
const digests = async () =>
  (await listDigests(test.app.db, 9)).map(({ date, papers }) => `${date}: ${papers}`);

/** Stores that the source listed papers of an earlier day. */
async function publish(day: string): Promise<void> {
  await test.app.db.execute(
    sql`INSERT INTO fetches (source, day, started_at, ended_at, outcome, found, added, updated, refused)
      VALUES (${HF}, ${day}, ${`${day}T12:00:00Z`}, ${`${day}T12:00:00Z`}, 'papers', 0, 0, 0, 0)`,
  );
}

async function nextAt(): Promise<string> {
  const { rows } = await test.app.db.execute<{ at: string }>(
    sql`SELECT next_at AS at FROM sources WHERE name = ${HF}`,
  );
  return new Date(rows[0]?.at ?? 0).toISOString().slice(11, 16);
}

/** Sets the clock and runs a sweep. */
async function tickAt(time: string): Promise<void> {
  test.clock.set(`2026-05-08T${time}Z`);
  await test.app.handlers.sweep({});
}

describe('A source that is due', () => {
  it('A due source is fetched by one process, and again when it is due next', async () => {
    test.clock.set('2026-05-08T12:00:00Z');
    await registerSource();
    await Promise.all([ask(), ask(), ask()]);
    expect(server.requests.map(({ url }) => /date=([\d-]+)/.exec(url)?.[1])).toEqual([
      ...['2026-05-08', '2026-05-07'],
    ]);
    expect(await nextAt()).toBe('13:00');
    await ask();
    expect(server.requests).toHaveLength(2);
  });

  it('A source that fails is retried with growing delay and raises one alert that ends', async () => {
    test.clock.set('2026-05-08T12:00:00Z');
    await registerSource();
    server.fault = 'broken';
    await ask();
    expect(await nextAt()).toBe('12:02');
    expect(await alerts()).toEqual([]);
    test.clock.set('2026-05-08T12:02:00Z');
    await ask();
    expect(await nextAt()).toBe('12:06');
    test.clock.set('2026-05-08T12:06:00Z');
    await ask();
    expect(await nextAt()).toBe('12:14');
    expect(await listOpenIncidents(test.app.db)).toMatchObject([
      {
        kind: 'source-failed',
        subject: HF,
        times: 2,
        sentence: expect.stringContaining('hf-daily failed 3 times in a row: '),
      },
    ]);
    server.fault = null;
    test.clock.set('2026-05-08T12:14:00Z');
    await ask();
    expect(await alerts()).toEqual([]);
  });

  it('A list with mostly unreadable entries raises an alert, and its readable entries are stored', async () => {
    const odd = [3, 4, 5].map((n) => createServedPaper(`2605.0000${n}`, THURSDAY, { title: '' }));
    server.papers.push(...odd);
    test.clock.set('2026-05-08T12:00:00Z');
    await registerSource();
    await ask();
    expect(await listOpenIncidents(test.app.db)).toMatchObject([
      {
        kind: 'source-failed',
        subject: HF,
        sentence: expect.stringMatching(
          /^Most of the 5 entries .* 3 entries .*Paper 3: title is.*fetch hf-daily --date 2026-05-07$/,
        ),
      },
    ]);
    const { rows } = await test.app.db.execute(sql`SELECT FROM papers`);
    expect(rows).toHaveLength(2);
    for (const time of ['13:10', '14:20']) {
      test.clock.set(`2026-05-08T${time}:00Z`);
      await ask();
      expect(await alerts()).toEqual(['source-failed hf-daily']);
    }
    server.papers.push(createServedPaper('2605.00006', '2026-05-08'));
    test.clock.set('2026-05-08T15:30:00Z');
    await ask();
    expect(await alerts()).toEqual([]);
  });

  it('A busy source is not fetched for ten minutes', async () => {
    test.clock.set('2026-05-08T12:00:00Z');
    await registerSource();
    server.fault = 'busy';
    await ask();
    expect(await nextAt()).toBe('12:10');
  });

  it('A source is fetched again although a clock a year ahead had postponed it', async () => {
    test.clock.set('2027-05-08T12:00:00Z');
    await registerSource();
    await ask();
    test.clock.set('2026-05-08T12:00:00Z');
    server.requests.length = 0;
    await ask();
    expect(server.requests).not.toEqual([]);
    expect(await nextAt()).toBe('13:00');
  });

  it('A source fails when one of its days fails, is retried with growing delay and raises an alert', async () => {
    test.clock.set('2026-05-08T12:00:00Z');
    await registerSource();
    await publish('2026-05-05');
    server.papers.push(createServedPaper('2605.00003', '2026-05-08'));
    server.faultOf = (url) => (url.includes('date=2026-05-06') ? 'broken' : null);
    const times: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      await ask();
      times.push(await nextAt());
      test.clock.set(`2026-05-08T${times[n]}:00Z`);
    }
    expect(times).toEqual(['12:02', '12:06', '12:14']);
    expect(await alerts()).toEqual(['source-failed hf-daily']);
    server.faultOf = () => null;
    await ask();
    expect(await alerts()).toEqual([]);
  });

  it('A missing list of a past day is a failure, one of today is not', async () => {
    test.clock.set('2026-05-08T00:05:00Z');
    await registerSource();
    server.faultOf = (url) => (url.includes('date=2026-05-08') ? 'wrong' : null);
    await ask();
    expect(await nextAt()).toBe('01:05');
    test.clock.set('2026-05-08T01:05:00Z');
    server.fault = 'wrong';
    await ask();
    expect(await nextAt()).toBe('01:07');
    test.clock.set('2026-05-08T01:07:00Z');
    await ask();
    expect(await alerts()).toEqual(['source-failed hf-daily']);
  });

  it('A fetch with an unexpected error is retried soon and raises an alert the second time', async () => {
    test.clock.set('2026-05-08T12:00:00Z');
    await registerSource();
    await test.app.db.execute(sql`ALTER TABLE fetches ADD CONSTRAINT odd CHECK (id < 0)`);
    await expect(ask()).rejects.toThrow();
    expect(await nextAt()).toBe('12:02');
    test.clock.set('2026-05-08T12:02:00Z');
    await expect(ask()).rejects.toThrow();
    expect(await nextAt()).toBe('12:06');
    expect(await alerts()).toEqual(['source-failed hf-daily']);
  });

  it.each(['errorAsJson', 'errorAsPage', 'cutOff'] as const)(
    'A response that is no list raises an alert at once: %s',
    async (fault) => {
      await registerSource();
      server.fault = fault;
      await ask();
      expect(await alerts()).toEqual(['source-failed hf-daily']);
    },
  );
});

describe('A digest whose papers are late', () => {
  beforeEach(async () => {
    await storeSubscriber(test.app.db);
    test.clock.set('2026-05-08T05:31:00Z');
    await registerSource();
    server.papers = [createServedPaper('2605.00001', '2026-05-06')];
    await publish('2026-05-05');
  });

  it('A digest waits for late papers and contains them', async () => {
    await tickAt('05:31:00');
    await ask();
    await tickAt('05:32:00');
    expect(await digests()).toEqual([]);
    expect(await alerts()).toEqual(['papers-late daily 2026-05-08']);
    server.papers = [...server.papers, createServedPaper('2605.00002', THURSDAY)];
    test.clock.set('2026-05-08T06:00:00Z');
    await ask();
    await tickAt('06:01:00');
    expect(await digests()).toEqual(['2026-05-08: 2']);
    expect(await alerts()).toEqual([]);
  });

  it('A digest waits for the rest of a list that ended in the middle of its day', async () => {
    server.papers = [createServedPaper('2605.00002', THURSDAY)];
    test.clock.set(`${THURSDAY}T12:00:00Z`);
    await test.app.db.execute(sql`UPDATE sources SET next_at = ${test.clock()}`);
    await ask();
    server.fault = 'broken';
    test.clock.set('2026-05-08T05:31:00Z');
    await ask();
    await tickAt('05:31:00');
    expect(await digests()).toEqual([]);
    server.fault = null;
    server.papers.push(createServedPaper('2605.00003', THURSDAY));
    test.clock.set('2026-05-08T05:40:00Z');
    await ask();
    await tickAt('05:41:00');
    expect(await digests()).toEqual(['2026-05-08: 2']);
  });

  it('A digest is composed of the papers that there are after two hours', async () => {
    await ask();
    await tickAt('07:29:00');
    expect(await digests()).toEqual([]);
    await tickAt('07:30:00');
    expect(await digests()).toEqual(['2026-05-08: 1']);
    expect(await alerts()).toEqual(['papers-late daily 2026-05-08']);
  });

  it('A Sunday digest waits for no papers', async () => {
    test.clock.set('2026-05-10T05:31:00Z');
    await ask();
    await test.app.handlers.compose({ kind: 'daily' });
    expect(await digests()).toEqual(['2026-05-10: 1']);
    expect(await alerts()).toEqual([]);
  });
});

describe('A machine that starts in the middle of the day', () => {
  it('A missed digest is composed also when its sources fail at first', async () => {
    const { app, clock } = test;
    await storeSubscriber(app.db);
    await publish('2026-05-05');
    clock.set('2026-05-08T12:00:00Z');
    await registerSource();
    const enqueued: string[] = [];
    const enqueue = async (name: string) => void enqueued.push(name);
    const { composeAt } = app.config;
    const log = () => undefined;
    const deps = {
      ...app,
      composeAt,
      log,
      slowDb: app.db,
      stopping: app.stopping.signal,
      queue: { ...app.queue, enqueue },
    };
    const [source] = app.sources.configured;
    if (!source) throw new Error('no source');
    const fetchAndEnqueue = async () => {
      enqueued.length = 0;
      await fetchDue(deps, source);
      if (enqueued.includes('compose')) await app.handlers.compose({ kind: 'daily' });
    };
    server.fault = 'broken';
    await fetchAndEnqueue();
    expect(await digests()).toEqual([]);
    server.fault = null;
    clock.set('2026-05-08T12:03:00Z');
    await fetchAndEnqueue();
    expect(await digests()).toEqual(['2026-05-08: 2']);
    clock.set('2026-05-08T14:00:00Z');
    await fetchAndEnqueue();
    expect(enqueued).toEqual([]);
  });

  it('A process that starts late fetches at once, and the missed digest has the papers', async () => {
    const { app, clock } = test;
    await storeSubscriber(app.db, { email: 'ada@example.org' });
    clock.set('2026-05-08T10:00:00Z');
    const work = await app.queue.startWorkers(['schedule', 'sources', 'deliveries'], app.handlers, {
      concurrency: 2,
      onError: (error) => {
        throw error;
      },
    });
    const { composeAt } = app.config;
    await startSchedules({ ...app, sources: app.sources.configured, composeAt });
    await app.inbox?.waitFor(({ to }) => to.includes('ada@example.org'), { timeoutMs: 60_000 });
    await work.stop();
    await app.waitForBatches();
    expect(await digests()).toEqual(['2026-05-08: 2']);
  });
});
