import { load } from 'cheerio';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServerDatabase } from '../../../src/db/client.ts';
import { alerts, fetches, sources } from '../../../src/db/schema.ts';
import { buildHttpServer } from '../../../src/http/app.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { openReadinessProbe } from '../../../src/wiring/readiness.ts';
import { findFreePort } from '../../support/free-port.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSmtpServer } from '../../support/smtp-server.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

const TOKEN = 'an-operator-shows-this-to-see-everything';
const FILE = 'file:/srv/secret/papers.csv';
const READER = 'ada@example.org';
const NOW = new Date('2026-05-08T05:30:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite({ ADMIN_TOKEN: TOKEN, SOURCES: 'hf-daily' });
  const { db } = site.app;
  await storePapers(db, [buildPaper(), buildPaper()]);
  await storeSubscriber(db, { email: READER });
  await composeDigest(db, { kind: 'daily', date: '2026-05-08', now: NOW });
  await db.insert(sources).values({
    name: 'hf-daily',
    nextAt: minutesAgo(-60),
    failures: 2,
    succeededAt: minutesAgo(120),
    lastNewPaperAt: minutesAgo(120),
    newestListDay: '2026-05-07',
  });
  // Fetched by hand: it is not in SOURCES.
  await db.insert(sources).values({ name: FILE, nextAt: minutesAgo(121), failures: 0 });
  const counts = { found: 49, added: 12, updated: 3, refused: 1 };
  const fetch = { source: 'hf-daily', startedAt: minutesAgo(121), endedAt: minutesAgo(120) };
  await db.insert(fetches).values([
    { ...fetch, outcome: 'papers', ...counts },
    {
      ...fetch,
      endedAt: minutesAgo(5),
      outcome: 'failed',
      found: 0,
      added: 0,
      updated: 0,
      refused: 0,
      detail: 'huggingface.example answered 503.',
    },
    { ...fetch, source: FILE, outcome: 'papers', ...counts },
  ]);
  const alert = {
    subject: 'relay.example.org:587',
    raisedAt: minutesAgo(30),
    seenAt: minutesAgo(1),
  };
  const sentence = 'The relay relay.example.org:587 is down.';
  await db.insert(alerts).values([
    { kind: 'relay-down', sentence, times: 3, ...alert },
    { kind: 'source-quiet', sentence, times: 1, ...alert, endedAt: minutesAgo(10) },
  ]);
  await db.execute(sql`INSERT INTO transactional_emails (subscriber_id, kind, state, requested_at, send_at, expires_at, next_at, attempts)
    SELECT id, 'confirm', 'pending', ${minutesAgo(9)}::timestamptz, ${minutesAgo(9)}::timestamptz, ${minutesAgo(-90)}::timestamptz, ${minutesAgo(9)}::timestamptz, 0 FROM subscribers`);
});
afterAll(async () => {
  await site?.close();
});

const bearer = { authorization: `Bearer ${TOKEN}` };
const basic = { authorization: `Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}` };

describe('/api/status', () => {
  it('The public status has no details about subscribers or internals', async () => {
    const { body, headers } = await site.request({ url: '/api/status' });
    const status = JSON.parse(body);
    expect(headers['cache-control']).toBe('no-store');
    expect(status).toMatchObject({
      status: 'alert',
      at: NOW.toISOString(),
      next_compose: { daily: '2026-05-09T05:30:00.000Z', weekly: '2026-05-11T05:30:00.000Z' },
      queue: { transactional_emails: { oldest_seconds: 540 } },
    });
    expect(status.sources.map(({ name }: { name: string }) => name)).toEqual(['file', 'hf-daily']);
    expect(status.sources[1]).toEqual({
      name: 'hf-daily',
      last_fetch_at: minutesAgo(5).toISOString(),
      outcome: 'failed',
      found: 0,
      added: 0,
      updated: 0,
      refused: 0,
      last_success_at: minutesAgo(120).toISOString(),
      last_papers_at: minutesAgo(120).toISOString(),
      last_papers_day: '2026-05-07',
      next_fetch_at: minutesAgo(-60).toISOString(),
      failures: 2,
    });
    expect(status.alerts).toEqual([{ kind: 'relay-down', since: minutesAgo(30).toISOString() }]);
    expect(status.digests).toMatchObject([{ kind: 'daily', papers: 2, is_all_out: false }]);
    expect(body).not.toMatch(/audience|states|workers|relay\.example|503|waiting|secret/);
  });

  it('The operator’s status has all details, but no address of a subscriber', async () => {
    const { body } = await site.request({ url: '/api/status', headers: bearer });
    const status = JSON.parse(body);
    expect(status.digests[0]).toMatchObject({ audience: 1, states: { pending: 1, sent: 0 } });
    expect(status.alerts[0]).toMatchObject({ subject: 'relay.example.org:587', times: 3 });
    expect(status.sources[0].name).toBe(FILE);
    expect(status.sources[1].detail).toBe('huggingface.example answered 503.');
    expect(status).toMatchObject({ workers: 0, queue: { transactional_emails: { waiting: 1 } } });
    expect(body).not.toContain('ada@');
  });
});

describe('/status', () => {
  it('A source that was fetched by hand and is not in SOURCES has no next fetch', async () => {
    const { body } = await site.request({ url: '/api/status', headers: bearer });
    expect(JSON.parse(body).sources).toContainEqual(
      expect.objectContaining({ name: FILE, found: 49, next_fetch_at: null }),
    );
    const page = load(
      (await site.request({ url: '/status', headers: { ...bearer, accept: 'text/html' } })).body,
    )('main').text();
    expect(page).toContain(FILE);
    expect(page).not.toContain('Due now.');
  });

  it('The status page is public', async () => {
    const { statusCode, body } = await site.page('/status');
    const $ = load(body);
    expect(statusCode).toBe(200);
    expect($('h1').text()).toBe('One thing needs attention');
    expect($('main').text()).toContain(
      'Email is delayed: it is sent more slowly than usual, or not at all.',
    );
    expect($('main').text()).toContain(
      'Fetched today at 05:25 UTC: it failed, twice in a row. Its last papers came today at 03:30 UTC, of 7 May 2026.',
    );
    expect($('main').text()).toContain('Emails have been due for 9 minutes.');
    expect(body).not.toMatch(/relay\.example|503|<caption>|secret/);
    expect($('a[href="/status?for=operator"]').length).toBe(1);
  });

  it('The operator’s status page asks for the token and accepts it as a password', async () => {
    const asked = await site.page('/status?for=operator');
    expect(asked.statusCode).toBe(401);
    expect(asked.headers['www-authenticate']).toMatch(/^Basic realm="Paperboy"/);
    const url = '/status?for=operator';
    const { body } = await site.request({ url, headers: { accept: 'text/html', ...basic } });
    const $ = load(body);
    expect($('main').text()).toContain('The relay relay.example.org:587 is down.');
    expect($('main').text()).toContain('huggingface.example answered 503.');
    expect($('tbody tr').length).toBe(10);
    expect($('main').text()).toContain('No worker is running, so no email is sent.');
    expect(body).not.toContain('ada@');
  });

  it.each([
    ['A wrong token', { authorization: 'Bearer an operator shows this to see nothing' }],
    ['A wrong password', { authorization: `Basic ${Buffer.from('me:x').toString('base64')}` }],
    ['An empty password', { authorization: 'Basic ' }],
    [
      'The token as a user name',
      { authorization: `Basic ${Buffer.from(`${TOKEN}:`).toString('base64')}` },
    ],
    ['another scheme', { authorization: `Digest ${TOKEN}` }],
  ])('A request with %s is refused', async (_what, headers) => {
    expect((await site.request({ url: '/status?for=operator', headers })).statusCode).toBe(401);
    expect((await site.request({ url: '/metrics', headers })).statusCode).toBe(401);
  });
});

describe('/metrics', () => {
  it('The metrics cover sources, digests, queue, alerts and the process', async () => {
    await site.request({ url: '/papers' });
    const { body, headers } = await site.request({ url: '/metrics', headers: bearer });
    expect(headers['content-type']).toContain('version=0.0.4');
    const seconds = (moment: Date) => moment.getTime() / 1000;
    for (const line of [
      'paperboy_database_up 1',
      `paperboy_source_last_fetch_timestamp_seconds{source="hf-daily"} ${seconds(minutesAgo(5))}`,
      `paperboy_source_last_success_timestamp_seconds{source="hf-daily"} ${seconds(minutesAgo(120))}`,
      'paperboy_source_failures{source="hf-daily"} 2',
      'paperboy_source_last_fetch_outcome{source="hf-daily",outcome="failed"} 1',
      `paperboy_source_last_fetch_papers{source="${FILE}",papers="added"} 12`,
      `paperboy_next_compose_timestamp_seconds{kind="daily"} ${seconds(NOW) + 86_400}`,
      'paperboy_digest_deliveries{kind="daily",state="pending"} 1',
      'paperboy_digest_audience{kind="daily"} 1',
      'paperboy_queue_oldest_due_seconds{queue="transactional"} 540',
      'paperboy_alerts_open{kind="relay-down"} 1',
      'paperboy_alerts_open{kind="source-quiet"} 0',
      'paperboy_workers 0',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    expect(body).toMatch(
      /^paperboy_http_request_duration_seconds_count\{.*route="\/papers".*\} \d+$/m,
    );
    expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(body).toMatch(/^paperboy_build_info\{version="[^"]+"\} 1$/m);
    expect(body).not.toContain('ada@');
  });

  it('Each metric is described once, under a name that Prometheus accepts', async () => {
    const { body } = await site.request({ url: '/metrics', headers: bearer });
    const named = [...body.matchAll(/^# HELP (\S+) /gm)].map(([, name = '']) => name);
    expect(new Set(named).size).toBe(named.length);
    expect(named.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    const ours = named.filter((name) => name.startsWith('paperboy_'));
    expect(ours.length).toBeGreaterThan(20);
    const counters = [...body.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name = '']) => name);
    expect(counters.filter((name) => !name.endsWith('_total'))).toEqual([]);
  });

  it('Without a database, the metrics say so and keep those of the process', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/none';
    const database = openServerDatabase(url, { connections: 1 });
    const app = await buildHttpServer({ ...site.deps, database });
    const { statusCode, body } = await app.inject({ url: '/metrics', headers: bearer });
    await app.close();
    expect(statusCode).toBe(200);
    expect(body).toMatch(/^paperboy_database_up 0$/m);
    expect(body).toMatch(/^process_cpu_seconds_total/m);
  });
});

describe('The stored operator token', () => {
  const STORED = 'kept-in-the-data-folder-for-its-operator';
  const ask = async (token: string, adminToken: string | null = null) => {
    const config = { ...site.deps.config, adminToken, publicUrl: 'https://papers.example.org' };
    const app = await buildHttpServer({ ...site.deps, config, storedAdminToken: STORED });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await app.inject({ url: '/metrics', headers });
    await app.close();
    return answer;
  };

  it('The stored token opens the metrics when ADMIN_TOKEN is not set', async () => {
    expect((await ask(STORED)).statusCode).toBe(200);
    expect((await ask(STORED, TOKEN)).statusCode).toBe(401);
  });

  it('A wrong token is answered with where the stored token is', async () => {
    const { statusCode, body } = await ask(`${STORED}s`);
    expect(statusCode).toBe(401);
    expect(JSON.parse(body).message).toMatch(/file admin-token in DATA_DIR/);
  });
});

describe('Without ADMIN_TOKEN', () => {
  const ask = async (
    env: Record<string, string>,
    headers: Record<string, string>,
    from: string,
  ) => {
    const config = { ...site.deps.config, adminToken: null, ...env };
    const app = await buildHttpServer({ ...site.deps, config, storedAdminToken: null });
    const { statusCode } = await app.inject({ url: '/metrics', headers, remoteAddress: from });
    await app.close();
    return statusCode;
  };

  it.each([
    ['the same machine', 200, {}, {}, '127.0.0.1'],
    ['the same machine over IPv6', 200, {}, {}, '::1'],
    ['another machine', 401, {}, {}, '192.0.2.7'],
    ['a rebound host name', 401, {}, { host: 'rebound.example:3000' }, '127.0.0.1'],
    ['a forged local host', 401, {}, { 'x-forwarded-host': 'localhost' }, '127.0.0.1'],
    ['a local proxy', 401, {}, { 'x-forwarded-for': '192.0.2.7' }, '127.0.0.1'],
    [
      'a proxy that adds no header',
      401,
      { publicUrl: 'https://papers.example.org' },
      {},
      '127.0.0.1',
    ],
  ])(
    'Without ADMIN_TOKEN, /metrics asked by %s is answered with %i',
    async (_who, status, env, headers, from) => {
      expect(
        await ask(env as Record<string, string>, headers as Record<string, string>, from),
      ).toBe(status);
    },
  );
});

describe('/readyz', () => {
  const readinessOf = (smtpUrls: string[]) => {
    const { queue, logger } = site.deps;
    const { config, database } = site.app;
    return openReadinessProbe({ config: { ...config, smtpUrls }, database, queue, logger });
  };
  const ask = async (smtpUrls: string[], url = '/readyz') => {
    const app = await buildHttpServer({ ...site.deps, readiness: readinessOf(smtpUrls) });
    const answer = await app.inject(url);
    await app.close();
    return answer;
  };

  it('The process is ready while one of several relays accepts mail', async () => {
    const sink = await openTestSmtpServer();
    const gone = `smtp://127.0.0.1:${await findFreePort()}`;
    const { statusCode, body } = await ask([gone, sink.url]);
    await sink.close();
    expect(statusCode).toBe(200);
    expect(JSON.parse(body).sentences.relay).toBe('1 of 2 relays accept our connection.');
    expect(sink.mailCommands).toBe(0);
  });

  it('The process is not ready without a relay, unless the check is left out', async () => {
    const gone = `smtp://127.0.0.1:${await findFreePort()}`;
    const from = site.log.length;
    const { statusCode, body } = await ask([gone]);
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toMatchObject({
      status: 'unavailable',
      checks: { database: 'ok', migrations: 'ok', queue: 'ok', relay: 'failed' },
      sentences: { relay: 'No relay accepts our connection.' },
    });
    expect(body).not.toContain('127.0.0.1');
    expect(site.log.slice(from).join('')).toContain('ECONNREFUSED');
    expect((await ask([gone], '/readyz?exclude=relay')).statusCode).toBe(200);
    expect((await ask([gone], '/readyz?exclude=relays')).statusCode).toBe(400);
  });

  it('Readiness reports tables that are older than the program', async () => {
    const { db } = site.app;
    await db.execute(sql`CREATE TABLE kept AS SELECT * FROM drizzle.__drizzle_migrations`);
    await db.execute(sql`DELETE FROM drizzle.__drizzle_migrations`);
    const { statusCode, body } = await ask([]);
    await db.execute(sql`INSERT INTO drizzle.__drizzle_migrations SELECT * FROM kept`);
    await db.execute(sql`DROP TABLE kept`);
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toMatchObject({
      checks: { database: 'ok', migrations: 'failed' },
      sentences: { migrations: expect.stringContaining('run “paperboy migrate”') },
    });
  });
});
