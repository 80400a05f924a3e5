import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/domain/sources/source-error.ts';
import { createHttpGet, type HttpGetDeps } from '../../../src/sources/http/http-get.ts';
import { createTestClock } from '../../support/clock.ts';
import {
  createServedPaper,
  type FaultName,
  startFaultyPaperServer,
} from '../../support/paper-server.ts';

const clock = createTestClock('2026-05-08T12:00:00Z');
const MB = 1024 * 1024;
const permits: string[] = [];
const server = await startFaultyPaperServer({
  clock,
  papers: [createServedPaper('2605.00001', '2026-05-08')],
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
    validators: Parameters<typeof ask>[0]['validators'] = null,
    signal = new AbortController().signal,
  ) => ask({ url: LIST(), accept: 'application/json', validators, signal });
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

describe('createHttpGet', () => {
  it('A request names its user agent and media types, and releases its permit', async () => {
    const answer = await get()();
    expect(JSON.parse(answer?.text ?? '')).toHaveLength(1);
    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': 'Paperboy/0.0.1 (+https://papers.example.org)',
      accept: 'application/json',
    });
    expect(permits).toEqual(['take 127.0.0.1', 'end well']);
  });

  it('A conditional request goes only to the URL of its validators and gives null on 304', async () => {
    const validators = (await get()())?.validators;
    expect(validators).toMatchObject({ url: LIST(), etag: expect.stringContaining('W/"') });
    expect(await get()(validators)).toBeNull();
    expect(server.requests[1]?.headers['if-none-match']).toBe(validators?.etag);
    const other = { url: `${LIST()}&p=1`, etag: validators?.etag ?? '', lastModified: null };
    expect(await get()(other)).not.toBeNull();
  });

  it.each([
    ['busy', 'SOURCE_BUSY', 'HTTP 429 (“Slow down.”) and asked us to wait 30 s'],
    ['away', 'SOURCE_BUSY', 'HTTP 503 (“Service Unavailable”)'],
    ['broken', 'SOURCE_UNREACHABLE', 'answered HTTP 500 (“Oops”): expected 200'],
    ['truncated', 'SOURCE_UNREACHABLE', 'cannot be read'],
    ['redirectsAway', 'SOURCE_UNREACHABLE', 'redirects to http://example.org/'],
    ['redirectsForEver', 'SOURCE_UNREACHABLE', 'redirects more than 4 times'],
  ] as const)('A server that is %s gives a clear error', async (fault, code, message) => {
    const error = await failureOf(fault);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(permits.filter((each) => each.startsWith('end'))).toHaveLength(
      permits.filter((each) => each.startsWith('take')).length,
    );
  });

  it('The delay of Retry-After reaches the error and the permit', async () => {
    expect((await failureOf('busy')).retryAfterMs).toBe(30_000);
    expect(permits).toEqual(['take 127.0.0.1', 'end busy 30000']);
    expect((await failureOf('away')).retryAfterMs).toBeNull();
  });

  it.each(['huge', 'endless', 'bomb'] as const)(
    'A body that is %s is refused within the memory limit',
    async (fault) => {
      const before = process.memoryUsage().rss;
      const error = await failureOf(fault, { maxBytes: 4 * MB });
      expect(error.code).toBe('SOURCE_UNREADABLE');
      expect(error.message).toContain(`sent more than ${4 * MB} bytes`);
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * MB);
    },
  );

  it.each(['silent', 'stuck'] as const)('A server that is %s is given up', async (fault) => {
    const error = await failureOf(fault, { timeoutMs: 200 });
    expect(error.code).toBe('SOURCE_UNREACHABLE');
    expect(error.message).toContain('no complete response within 200 ms');
    expect(permits).toEqual(['take 127.0.0.1', 'end well']);
  });

  it('A refused connection is reported', async () => {
    const url = 'http://127.0.0.1:9/';
    const ask = createHttpGet({ userAgent: 'x', acquirePermit: async () => async () => {}, clock });
    const { signal } = new AbortController();
    await expect(ask({ url, accept: '*/*', signal })).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining(url),
    });
  });

  it('A request ends with its signal and throws its reason', async () => {
    server.fault = 'silent';
    const stop = new AbortController();
    const asked = get()(null, stop.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
    expect(permits).toEqual(['take 127.0.0.1', 'end well']);
  });
});
