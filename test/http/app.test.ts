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
/** Listeners on the process itself are those of all test files that it has run. */
const recordWarning = (warning: Error & { emitter?: unknown }) => {
  if (warning.emitter !== process) warnings.push(warning.message);
};
beforeAll(async () => {
  // Node emits a deprecation once in a process, so listening begins before the first site.
  process.on('warning', recordWarning);
  site = await openTestSite();
  await storePapers(site.app.db, [buildPaper()]);
});
afterAll(async () => {
  process.off('warning', recordWarning);
  await site?.close();
});

const TOKEN = 'A1b2C3d4E5f6G7h8I9j0Kk';
const statusOf = async (url: string) => (await site.request({ url })).statusCode;

/** Every GET route, with an unknown token or id. */
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

describe('Every response', () => {
  it.each(PATHS)(
    'The response to GET %s has the security headers and sets no cookie',
    async (url) => {
      const { headers } = await site.page(url);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers).not.toHaveProperty('set-cookie');
      if (url.endsWith('%')) return;
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['content-security-policy']).toMatch(/default-src 'none'|default-src 'self'/);
      expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|https:|\*/);
    },
  );

  it.each(PATHS)('The response to HEAD %s is that of GET without its body', async (url) => {
    const headers = { accept: 'text/html' };
    const head = await site.request({ method: 'HEAD', url, headers });
    expect(head.body).toBe('');
    expect(head.statusCode).toBe((await site.page(url)).statusCode);
  });

  it('The policy of a page allows scripts of its own site only', async () => {
    const policy = String((await site.page('/')).headers['content-security-policy']);
    const scripts = policy.split(';').find((each) => each.startsWith('script-src'));
    expect(scripts).toBe("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('HSTS is sent only when PUBLIC_URL is https', async () => {
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

  it('An unexpected error is answered with 500 and without its message', async () => {
    const secret = 'the password is swordfish';
    const app = await failing(new Error(secret));
    const api = await app.inject(`/view/${TOKEN}`);
    const page = await app.inject({ url: `/view/${TOKEN}`, headers: { accept: 'text/html' } });
    await app.close();
    expect(api.json()).toEqual({
      statusCode: 500,
      code: 'INTERNAL',
      error: 'Internal Server Error',
      message: 'The error is on our side and has been logged.',
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
  ])('An error with %s is answered with 500', async (_name, error) => {
    const app = await failing(error);
    const answer = await app.inject(`/view/${TOKEN}`);
    await app.close();
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'INTERNAL']);
    expect(answer.body).not.toContain('odd');
  });

  it('An error of the database is logged without addresses and tokens', async () => {
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

  it('The error for an unknown path names the path, as a page and as JSON', async () => {
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
  ] as const)('%s %s, a method without a route, is answered with 404', async (method, url) => {
    expect((await site.request({ method, url })).json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('A hostile request', () => {
  const HOSTILE_SEGMENTS = [
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
    '{{title}}',
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

  it.each(ROUTES)('A hostile path below %s does not cause a server error', async (route) => {
    for (const segment of HOSTILE_SEGMENTS) {
      for (const url of [`${route}${segment}`, `${route}${segment}/feed.xml`]) {
        const answers = [await site.page(url), await site.request({ url, method: 'POST' })];
        for (const { statusCode, body } of answers) {
          expect(`${statusCode} ${url}`).toMatch(/^[234]/);
          expect(body).not.toContain('<script>alert');
        }
      }
    }
  });

  it('A malformed body does not cause a server error', async () => {
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

describe('The request log', () => {
  it('The request log has method, route, status, duration and id, but no address or token', async () => {
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

  it('The framework emits no warning', () => {
    expect(warnings).toEqual([]);
  });
});

describe('/healthz and /readyz', () => {
  it('/healthz and /readyz answer 200 when every check succeeds', async () => {
    expect((await site.request({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    expect((await site.request({ url: '/readyz' })).json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', migrations: 'ok', queue: 'ok', relay: 'ok' },
      sentences: {
        database: 'The database answers.',
        migrations: 'The tables are those of this version.',
        queue: 'The queue answers.',
        relay: 'Email is caught in the local inbox.',
      },
    });
  });

  it('Without a database, /readyz answers 503 and /healthz 200', async () => {
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

  it('The API description lists the public API and nothing else', async () => {
    const { openapi, paths } = await description();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(openapi).toMatch(/^3\./);
    expect(operations.sort()).toEqual([
      'DELETE /api/preferences/{token}',
      'DELETE /api/preferences/{token}/library',
      'DELETE /api/preferences/{token}/library/{position}',
      'GET /api/digests',
      'GET /api/digests/{date}',
      'GET /api/keywords/count',
      'GET /api/papers',
      'GET /api/papers/{id}',
      'GET /api/preferences/{token}',
      'GET /api/preferences/{token}/library',
      'GET /api/status',
      'GET /api/topics',
      'GET /healthz',
      'GET /readyz',
      'PATCH /api/preferences/{token}',
      'POST /api/preferences/{token}/export',
      'POST /api/preferences/{token}/library',
      'POST /api/preferences/{token}/library/lookups',
      'POST /api/subscribers',
    ]);
  });

  it('The API description declares every path parameter and holds only valid schemas', async () => {
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

  it('The API’s responses match the schemas of its description', async () => {
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

  it('The API is documented at /docs, with assets of this site only', async () => {
    const docs = await site.page('/docs');
    expect(docs.statusCode).toBe(200);
    const $ = load(docs.body);
    const assets = $('script[src], link[href]').toArray();
    const urls = assets.map((asset) => $(asset).attr('src') ?? $(asset).attr('href') ?? '');
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

  it('The inbox is shown to requests from the same machine', async () => {
    expect((await ask({ host: 'localhost:3000' })).statusCode).toBe(200);
    expect((await ask({ host: '[::1]:3000' }, '::1')).statusCode).toBe(200);
    expect((await ask({ host: 'localhost' }, '::ffff:127.0.0.1')).statusCode).toBe(200);
  });

  it.each([
    ['to another machine', { host: 'localhost:3000' }, '192.0.2.7'],
    ['under a rebound host name', { host: 'evil.example' }, '127.0.0.1'],
    ['through a proxy', { host: 'localhost', 'x-forwarded-for': '192.0.2.7' }, '127.0.0.1'],
    [
      'to a forged local address',
      { host: 'localhost', 'x-forwarded-for': '127.0.0.1, 192.0.2.7' },
      '127.0.0.1',
    ],
  ])('The inbox is refused %s', async (_name, headers, remoteAddress) => {
    const answer = await ask(headers, remoteAddress);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'INBOX_IS_LOCAL']);
  });

  it('The inbox shows the HTML of a mail in a sandbox', async () => {
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
