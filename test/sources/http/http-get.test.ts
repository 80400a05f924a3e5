import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/domain/sources/source-error.ts';
import { createHttpGet, type HttpGetDeps } from '../../../src/sources/http/http-get.ts';
import { createTestClock } from '../../support/clock.ts';
import {
  createServedPaper,
  type FaultName,
  type FaultyPaperServer,
  startFaultyPaperServer,
} from '../../support/paper-server.ts';

const clock = createTestClock('2026-05-08T12:00:00Z');
const MB = 1024 * 1024;
let server: FaultyPaperServer;
const permits: string[] = [];

beforeAll(async () => {
  server = await startFaultyPaperServer({
    clock,
    papers: [createServedPaper('2605.00001', '2026-05-08')],
  });
});
afterAll(() => server.close());
beforeEach(() => {
  server.fault = null;
  server.requests.length = 0;
  permits.length = 0;
});

function get(changes: Partial<HttpGetDeps> = {}) {
  const ask = createHttpGet({
    userAgent: 'Paperboy/0.0.1 (+https://papers.example.org)',
    acquirePermit: async (host) => {
      permits.push(`take ${host}`);
      return async ({ isBusy, retryAfterMs }) => {
        permits.push(`end ${isBusy ? `busy ${retryAfterMs}` : 'well'}`);
      };
    },
    clock,
    timeoutMs: 20_000,
    ...changes,
  });
  return (
    known: Parameters<typeof ask>[0]['known'] = null,
    signal = new AbortController().signal,
  ) => ask({ url: LIST(), accept: 'application/json', known, signal });
}

const LIST = () => `${server.urls.hfEndpoint}/api/daily_papers?date=2026-05-08`;

async function failureOf(fault: FaultName, changes: Partial<HttpGetDeps> = {}) {
  server.fault = fault;
  const error = await get(changes)().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SourceError)) throw new Error('no SourceError', { cause: error });
  return error;
}

describe('Getting a list over HTTP', () => {
  it('tells who asks and what it wants, in a turn that ends', async () => {
    const answer = await get()();
    expect(JSON.parse(answer?.text ?? '')).toHaveLength(1);
    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': 'Paperboy/0.0.1 (+https://papers.example.org)',
      accept: 'application/json',
    });
    expect(permits).toEqual(['take 127.0.0.1', 'end well']);
  });

  it('is null when nothing changed, and asks so only of the address that was read', async () => {
    const known = (await get()())?.validators;
    expect(known).toMatchObject({ url: LIST(), etag: expect.stringContaining('W/"') });
    expect(await get()(known)).toBeNull();
    expect(server.requests[1]?.headers['if-none-match']).toBe(known?.etag);
    const other = { url: `${LIST()}&p=1`, etag: known?.etag ?? '', lastModified: null };
    expect(await get()(other)).not.toBeNull();
  });

  it.each([
    ['busy', 'SOURCE_BUSY', 'HTTP 429 (“Slow down.”), and wants 30 s of peace'],
    ['away', 'SOURCE_BUSY', 'HTTP 503 (“Service Unavailable”)'],
    ['broken', 'SOURCE_UNREACHABLE', 'answered HTTP 500 (“Oops”): expected 200'],
    ['truncated', 'SOURCE_UNREACHABLE', 'cannot be read'],
    ['redirectsAway', 'SOURCE_UNREACHABLE', 'redirects to http://example.org/'],
    ['redirectsForEver', 'SOURCE_UNREACHABLE', 'redirects more than 4 times'],
  ] as const)('says what is wrong with one that is %s', async (fault, code, message) => {
    const error = await failureOf(fault);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(permits.filter((each) => each.startsWith('end'))).toHaveLength(
      permits.filter((each) => each.startsWith('take')).length,
    );
  });

  it('tells how long to wait, and the turn as well', async () => {
    expect((await failureOf('busy')).retryAfterMs).toBe(30_000);
    expect(permits).toEqual(['take 127.0.0.1', 'end busy 30000']);
    expect((await failureOf('away')).retryAfterMs).toBeNull();
  });

  it.each(['huge', 'endless', 'bomb'] as const)(
    'refuses a body that is %s, and holds no more of it than it may',
    async (fault) => {
      const before = process.memoryUsage().rss;
      const error = await failureOf(fault, { maxBytes: 4 * MB });
      expect(error.code).toBe('SOURCE_UNREADABLE');
      expect(error.message).toContain(`expected ${4 * MB} bytes at the most`);
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * MB);
    },
  );

  it.each(['silent', 'stuck'] as const)('gives up one that is %s', async (fault) => {
    const error = await failureOf(fault, { timeoutMs: 200 });
    expect(error.code).toBe('SOURCE_UNREACHABLE');
    expect(error.message).toContain('no whole answer within 200 ms');
    expect(permits).toEqual(['take 127.0.0.1', 'end well']);
  });

  it('says that nobody listens', async () => {
    const url = 'http://127.0.0.1:9/';
    const ask = createHttpGet({ userAgent: 'x', acquirePermit: async () => async () => {}, clock });
    const { signal } = new AbortController();
    await expect(ask({ url, accept: '*/*', signal })).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining(url),
    });
  });

  it('ends with the signal, as the signal says', async () => {
    server.fault = 'silent';
    const stop = new AbortController();
    const asked = get()(null, stop.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
    expect(permits).toEqual(['take 127.0.0.1', 'end well']);
  });
});
