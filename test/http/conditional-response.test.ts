import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { sendConditional } from '../../src/http/conditional-response.ts';

const CHANGED_AT = new Date('2026-05-08T05:30:00.700Z');

async function ask(headers: Record<string, string> = {}, changedAt: Date | null = CHANGED_AT) {
  const app = Fastify();
  app.get('/', async (request, reply) => sendConditional(request, reply, 'news', changedAt));
  const answer = await app.inject({ url: '/', headers });
  await app.close();
  return answer;
}

describe('sendConditional', () => {
  it('A public response may be cached and must be revalidated', async () => {
    const { statusCode, headers, body } = await ask();
    expect([statusCode, body]).toEqual([200, 'news']);
    expect(headers['cache-control']).toBe('public, no-cache');
    expect(headers.etag).toMatch(/^"[\w-]{27}"$/);
    expect(headers['last-modified']).toBe('Fri, 08 May 2026 05:30:00 GMT');
  });

  it('An unchanged response is 304 without a body', async () => {
    const tag = String((await ask()).headers.etag);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const { statusCode, headers, body } = await ask({ 'if-none-match': known });
      expect([known, statusCode, body]).toEqual([known, 304, '']);
      expect(headers.etag).toBe(tag);
    }
    expect((await ask({ 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it.each([
    ['the same second', 'Fri, 08 May 2026 05:30:00 GMT', 304],
    ['later', 'Fri, 08 May 2026 05:30:01 GMT', 304],
    ['earlier', 'Fri, 08 May 2026 05:29:59 GMT', 200],
    ['no date', 'yesterday', 200],
  ])('The time of change decides without an ETag: %s', async (_name, since, status) => {
    expect((await ask({ 'if-modified-since': since })).statusCode).toBe(status);
    const both = { 'if-modified-since': since, 'if-none-match': '"other"' };
    expect((await ask(both)).statusCode).toBe(200);
    expect((await ask({ 'if-modified-since': since }, null)).statusCode).toBe(200);
  });
});
