import { Ajv } from 'ajv';
import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServerDatabase } from '../../src/db/client.ts';
import { PaperboyError } from '../../src/domain/errors.ts';
import { buildHttpServer } from '../../src/http/app.ts';
import { openReadinessProbe } from '../../src/wiring/readiness.ts';
import { buildPaper, storePapers } from '../support/rows.ts';
import { openTestSite, type TestSite } from './support/site.ts';

let site: TestSite;
const warnings: string[] = [];
const noteWarning = (warning: Error) => warnings.push(warning.message);
beforeAll(async () => {
  // A deprecation is told of once in a process, so listening begins before the first site.
  process.on('warning', noteWarning);
  site = await openTestSite();
  // What no route does by itself.
  await storePapers(site.app.db, [buildPaper()]);
});
afterAll(async () => {
  process.off('warning', noteWarning);
  await site?.close();
});

const TOKEN = 'A1b2C3d4E5f6G7h8I9j0Kk';
const statusOf = async (url: string) => (await site.request({ url })).statusCode;

/** Every route that is asked with GET, with a token or id that leads nowhere. */
const PATHS = [
  '/',
  '/papers',
  '/papers/nothing',
  '/digests',
  '/digests/2026-05-08',
  `/view/${TOKEN}`,
  `/confirm/${TOKEN}`,
  `/preferences/${TOKEN}`,
  `/unsubscribe/${TOKEN}`,
  `/export/${TOKEN}`,
  `/erase/${TOKEN}`,
  '/inbox',
  '/inbox/nothing',
  '/feed.xml',
  '/topics/agents/feed.xml',
  '/api/papers',
  '/api/papers/nothing',
  '/api/topics',
  '/api/digests',
  '/api/digests/2026-05-08',
  `/api/preferences/${TOKEN}`,
  '/openapi.json',
  '/docs',
  '/docs/static/index.html',
  '/assets/site.css',
  '/assets/nothing',
  '/healthz',
  '/readyz',
  '/status',
  '/api/status',
  '/metrics',
  '/nothing',
  '/nothing/%',
];

describe('Every answer', () => {
  it.each(PATHS)('to %s keeps scripts, referrers and cookies out', async (url) => {
    const { headers } = await site.page(url);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('set-cookie');
    if (url.endsWith('%')) return;
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'|default-src 'self'/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|https:|\*/);
  });

  it.each(PATHS)('to HEAD %s is that of GET without its body', async (url) => {
    const headers = { accept: 'text/html' };
    const head = await site.request({ method: 'HEAD', url, headers });
    expect(head.body).toBe('');
    expect(head.statusCode).toBe((await site.page(url)).statusCode);
  });

  it('to a page lets no script run but our own', async () => {
    const policy = String((await site.page('/')).headers['content-security-policy']);
    const scripts = policy.split(';').find((each) => each.startsWith('script-src'));
    expect(scripts).toBe("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('asks for https only where the site has it', async () => {
    expect((await site.page('/')).headers).not.toHaveProperty('strict-transport-security');
    const config = { ...site.app.config, publicUrl: 'https://papers.example.org' };
    const app = await buildHttpServer({ ...site.deps, config });
    const { headers } = await app.inject('/healthz');
    await app.close();
    expect(headers['strict-transport-security']).toContain('max-age=31536000');
  });
});

describe('An error', () => {
  const failing = (error: unknown) =>
    buildHttpServer({ ...site.deps, tokens: { ...site.deps.tokens, open: () => raise(error) } });
  const raise = (error: unknown): never => {
    throw error;
  };

  it('of ours is answered with 500 and nothing of what happened', async () => {
    const secret = 'the password is swordfish';
    const app = await failing(new Error(secret));
    const api = await app.inject(`/view/${TOKEN}`);
    const page = await app.inject({ url: `/view/${TOKEN}`, headers: { accept: 'text/html' } });
    await app.close();
    expect(api.json()).toEqual({
      statusCode: 500,
      code: 'INTERNAL',
      error: 'Internal Server Error',
      message: 'Something went wrong on our side. The error has been logged.',
    });
    expect(page.statusCode).toBe(500);
    expect(load(page.body)('h1').text()).toBe('Something went wrong');
    expect(page.body).not.toContain('swordfish');
    expect(site.log.at(-2)).toContain(secret);
  });

  it.each([
    ['a status of 200', Object.assign(new Error('odd'), { statusCode: 200 })],
    ['a status that is a text', Object.assign(new Error('odd'), { statusCode: '404' })],
    ['nothing but a text', 'odd'],
    ['nothing at all', null],
    ['a code of commands', new PaperboyError('DATABASE_UNREACHABLE', 'odd')],
  ])('with %s is one of ours, too', async (_name, error) => {
    const app = await failing(error);
    const answer = await app.inject(`/view/${TOKEN}`);
    await app.close();
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'INTERNAL']);
    expect(answer.body).not.toContain('odd');
  });

  it('of the database leaves no address in the log', async () => {
    const { db } = openServerDatabase('postgres://nobody@127.0.0.1:1/none', { connections: 1 });
    const app = await buildHttpServer({ ...site.deps, db });
    const before = site.log.length;
    const payload = { email: 'secret.reader@example.org' };
    const answer = await app.inject({ method: 'POST', url: '/api/subscribers', payload });
    const confirm = await app.inject({ method: 'POST', url: `/confirm/${TOKEN}` });
    await app.close();
    expect([answer.statusCode, confirm.statusCode]).toEqual([500, 500]);
    const written = site.log.slice(before).join('');
    expect(written).toContain('a query failed');
    expect(written).toContain('ECONNREFUSED');
    expect(written).not.toMatch(/secret\.reader|params:/);
    expect(written).not.toContain(TOKEN);
  });

  it('of an unknown address names the address, as a page and as JSON', async () => {
    const page = await site.page('/nothing/here?q=1');
    expect(page.statusCode).toBe(404);
    expect(load(page.body)('main').text()).toContain('There is no page at /nothing/here.');
    expect((await site.request({ url: '/nothing/here' })).json()).toEqual({
      statusCode: 404,
      code: 'NOT_FOUND',
      error: 'Not Found',
      message: 'There is no page at /nothing/here.',
    });
  });

  it.each([
    ['PUT', '/api/subscribers'],
    ['DELETE', '/papers'],
    ['POST', '/'],
  ] as const)('of %s %s is a 404', async (method, url) => {
    expect((await site.request({ method, url })).json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('A hostile request', () => {
  const MULTIPART_BODY = [
    '%00',
    '%',
    '%ff',
    '%ED%A0%80',
    '..%2f..%2fetc%2fpasswd',
    '../../etc/passwd',
    '%F0%9F%98%80',
    '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    '__proto__',
    'constructor',
    "'%20OR%201=1--",
    'x'.repeat(290),
    'x'.repeat(8000),
    '%E2%80%AE',
    '{{frame}}',
  ];
  const ROUTES = [
    '/papers/',
    '/api/papers/',
    '/digests/',
    '/api/digests/',
    '/view/',
    '/confirm/',
    '/preferences/',
    '/api/preferences/',
    '/export/',
    '/erase/',
    '/unsubscribe/',
    '/topics/',
    '/inbox/',
    '/assets/',
    '/docs/',
    '/',
    '/papers?date=',
    '/papers?topic=',
    '/papers?page=',
    '/papers?q=',
    '/api/papers?q=',
    '/digests/2026-05-08?kind=',
    '/?',
  ];

  it.each(ROUTES)('to %s… is never an error of ours', async (route) => {
    for (const part of MULTIPART_BODY) {
      for (const url of [`${route}${part}`, `${route}${part}/feed.xml`]) {
        const answers = [await site.page(url), await site.request({ url, method: 'POST' })];
        for (const { statusCode, body } of answers) {
          expect(`${statusCode} ${url}`).toMatch(/^[234]/);
          expect(body).not.toContain('<script>alert');
        }
      }
    }
  });

  it('with an odd body is never an error of ours', async () => {
    const bodies = [
      '{"email":"\\u0000@b.co"}',
      '{"email":"\\ud800@b.co"}',
      '[[[[]]]]',
      '5',
      'null',
    ];
    const urls = ['/api/subscribers', '/subscribe', `/preferences/${TOKEN}`, `/confirm/${TOKEN}`];
    for (const url of urls) {
      for (const payload of bodies) {
        const headers = { 'content-type': 'application/json' };
        const { statusCode } = await site.request({ method: 'POST', url, headers, payload });
        expect(`${statusCode} ${url} ${payload}`).toMatch(/^4/);
      }
    }
  });
});

describe('The log of requests', () => {
  it('names method, route, status, time and id, and neither address nor token', async () => {
    const before = site.log.length;
    await site.post('/subscribe', { email: 'logged.reader@example.org' });
    await site.post(`/unsubscribe/${TOKEN}`);
    await site.page(`/preferences/${TOKEN}?email=logged.reader@example.org`);
    await site.page(`/nothing/${TOKEN}`);
    const lines = site.log.slice(before).map((line) => JSON.parse(line));
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual([
      ['POST', '/subscribe', 202],
      ['POST', '/unsubscribe/*', 200],
      ['GET', '/preferences/:token', 404],
      ['GET', null, 404],
    ]);
    for (const line of lines) {
      expect(line).toMatchObject({ msg: 'request answered', ms: expect.any(Number) });
      expect(line.reqId).toMatch(/^req-/);
    }
    expect(new Set(lines.map(({ reqId }) => reqId)).size).toBe(4);
    expect(site.log.join('')).not.toMatch(/logged\.reader|A1b2C3d4/);
  });

  it('is written without a warning of the framework', () => {
    expect(warnings).toEqual([]);
  });
});

describe('/healthz and /readyz', () => {
  it('answer while all is well', async () => {
    expect((await site.request({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    expect((await site.request({ url: '/readyz' })).json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', migrations: 'ok', queue: 'ok', relay: 'ok' },
      sentences: {
        database: 'The database answers.',
        migrations: 'The tables are those of this version.',
        queue: 'The queue answers.',
        relay: 'Mail is caught in the local inbox.',
      },
    });
  });

  it('tell that the database is gone, while the process lives', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/none';
    const database = openServerDatabase(url, { connections: 1 });
    const { queue, logger } = site.deps;
    const { config } = site.app;
    const readiness = openReadinessProbe({ config, database, queue, logger });
    const app = await buildHttpServer({ ...site.deps, db: database.db, readiness });
    const ready = await app.inject('/readyz');
    const alive = await app.inject('/healthz');
    await app.close();
    expect([alive.statusCode, ready.statusCode]).toEqual([200, 503]);
    expect(ready.json()).toMatchObject({
      status: 'unavailable',
      checks: { database: 'failed', migrations: 'failed', queue: 'ok', relay: 'ok' },
      sentences: { database: 'The database does not answer.' },
    });
  });
});

describe('/openapi.json', () => {
  interface Operation {
    responses: Record<string, { content?: { 'application/json': { schema: object } } }>;
    parameters?: { name: string; in: string; required?: boolean }[];
    requestBody?: { content: { 'application/json': { schema: object } } };
  }
  const description = async (): Promise<{
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
  }> => (await site.request({ url: '/openapi.json' })).json();

  it('lists the public API and nothing else', async () => {
    const { openapi, paths } = await description();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(openapi).toMatch(/^3\./);
    expect(operations.sort()).toEqual([
      'DELETE /api/preferences/{token}',
      'GET /api/digests',
      'GET /api/digests/{date}',
      'GET /api/keywords/count',
      'GET /api/papers',
      'GET /api/papers/{id}',
      'GET /api/preferences/{token}',
      'GET /api/status',
      'GET /api/topics',
      'GET /healthz',
      'GET /readyz',
      'PATCH /api/preferences/{token}',
      'POST /api/preferences/{token}/export',
      'POST /api/subscribers',
    ]);
  });

  it('declares every parameter of its paths and nothing that is no schema', async () => {
    const ajv = new Ajv({ strict: false });
    for (const [path, methods] of Object.entries((await description()).paths)) {
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      for (const operation of Object.values(methods)) {
        const declared = (operation.parameters ?? []).filter((each) => each.in === 'path');
        expect(declared.map(({ name }) => name)).toEqual(named);
        expect(declared.every(({ required }) => required)).toBe(true);
        const contents = [operation.requestBody, ...Object.values(operation.responses)];
        for (const each of contents) {
          const schema = each?.content?.['application/json'].schema;
          if (schema) expect(ajv.validateSchema(schema)).toBe(true);
        }
      }
    }
  });

  it('describes what is answered', async () => {
    const { paths } = await description();
    const ajv = new Ajv({ strict: false });
    for (const url of [
      '/api/papers',
      '/api/topics',
      '/api/digests',
      '/api/status',
      '/healthz',
      '/readyz',
    ]) {
      const schema = paths[url]?.get?.responses[200]?.content?.['application/json'].schema;
      const validate = ajv.compile(schema ?? false);
      expect([url, validate((await site.request({ url })).json()), validate.errors]).toEqual([
        url,
        true,
        null,
      ]);
    }
  });

  it('is shown at /docs, with what it needs from this site alone', async () => {
    const docs = await site.page('/docs');
    expect(docs.statusCode).toBe(200);
    const $ = load(docs.body);
    const parts = $('script[src], link[href]').toArray();
    const urls = parts.map((part) => $(part).attr('src') ?? $(part).attr('href') ?? '');
    expect(urls.length).toBeGreaterThan(2);
    for (const url of urls) {
      const { pathname, host } = new URL(url, 'http://site/docs/');
      expect([url, host, await statusOf(pathname)]).toEqual([url, 'site', 200]);
    }
  });
});

describe('/inbox', () => {
  const ask = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    site.request({ url: '/inbox', headers, remoteAddress });

  it('is shown on the machine itself', async () => {
    expect((await ask({ host: 'localhost:3000' })).statusCode).toBe(200);
    expect((await ask({ host: '[::1]:3000' }, '::1')).statusCode).toBe(200);
    expect((await ask({ host: 'localhost' }, '::ffff:127.0.0.1')).statusCode).toBe(200);
  });

  it.each([
    ['from another machine', { host: 'localhost:3000' }, '192.0.2.7'],
    ['under a name that was rebound', { host: 'evil.example' }, '127.0.0.1'],
    ['through a proxy', { host: 'localhost', 'x-forwarded-for': '192.0.2.7' }, '127.0.0.1'],
    [
      'by somebody who claims to be local',
      { host: 'localhost', 'x-forwarded-for': '127.0.0.1, 192.0.2.7' },
      '127.0.0.1',
    ],
  ])('is refused %s', async (_name, headers, remoteAddress) => {
    const answer = await ask(headers, remoteAddress);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'INBOX_IS_LOCAL']);
  });

  it('shows caught mail where it can do nothing', async () => {
    await site.request({
      method: 'POST',
      url: '/api/subscribers',
      payload: { email: 'in@example.org' },
    });
    const { entry } = await site.mailTo('in@example.org');
    expect(load((await site.page('/inbox')).body)('table a').attr('href')).toBe(
      `/inbox/${entry.id}`,
    );
    expect(await statusOf(`/inbox/${entry.id}`)).toBe(200);
    const html = await site.page(`/inbox/${entry.id}/html`);
    expect(html.headers['content-security-policy']).toMatch(/^sandbox [^;]*;/);
    expect(html.headers['content-security-policy']).not.toMatch(/allow-scripts|allow-same-origin/);
    const raw = await site.request({ url: `/inbox/${entry.id}/raw` });
    expect(raw.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(raw.body).toContain('Message-ID:');
  });
});
