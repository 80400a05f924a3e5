import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { openRate } from '../../src/relay/rate.ts';
import { ANSWER_TIMEOUTS_MS } from '../../src/wiring/answer-timeouts.ts';
import { openParts, type Parts } from '../../src/wiring/parts.ts';
import { type Site, startSite } from '../../src/wiring/site.ts';
import { openTestDatabase } from '../support/database.ts';
import { describeOnServer } from '../support/on-server.ts';
import { redisUrl } from '../support/redis.ts';
import { openSilentProxy } from '../support/silent-proxy.ts';

const SOON_MS = 400;
const KEY = 'a key for tests only: long enough to pass';

describeOnServer('While the database takes connections and never answers', () => {
  let test: Awaited<ReturnType<typeof openTestDatabase>>;
  let proxy: Awaited<ReturnType<typeof openSilentProxy>>;
  let dataDir: string;
  let parts: Parts;
  let site: Site;

  beforeAll(async () => {
    test = await openTestDatabase();
    proxy = await openSilentProxy(test.url ?? '');
    dataDir = await mkdtemp(join(tmpdir(), 'paperboy-silent-'));
    const config = loadConfig({
      DATA_DIR: dataDir,
      DATABASE_URL: proxy.url,
      PORT: '0',
      INBOX_PORT: '0',
      SECRET_KEY: KEY,
      SUPPRESSION_KEY: KEY,
      ...(redisUrl !== null && { REDIS_URL: redisUrl }),
    });
    const logger = pino({ level: 'silent' });
    const soon = Object.fromEntries(Object.keys(ANSWER_TIMEOUTS_MS).map((part) => [part, SOON_MS]));
    parts = await openParts(
      config,
      { clock: () => new Date(), random: Math.random, logger, holder: 'test' },
      undefined,
      { answerTimeoutsMs: soon as unknown as typeof ANSWER_TIMEOUTS_MS },
    );
    site = await startSite(parts);
  });
  afterEach(() => proxy.silenceAfter(null));
  afterAll(async () => {
    await site.stop();
    await parts.close();
    await proxy.close();
    await test.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('a page is refused in time, and shown again once the database answers', async () => {
    const ask = () => fetch(`http://127.0.0.1:${site.address.port}/papers`);
    expect((await ask()).status).toBe(200);
    proxy.silenceAfter('');
    expect((await ask()).status).toBe(500);
    proxy.silenceAfter(null);
    expect((await ask()).status).toBe(200);
  });

  it.each([
    ['the sweep', () => parts.handlers.due({})],
    ['composing', () => parts.handlers.compose({ kind: 'daily' })],
    ['tidying up', () => parts.handlers.tidy({})],
  ] as const)(
    '%s fails in time, and works again once the database answers',
    async (_what, work) => {
      proxy.silenceAfter('');
      await expect(work()).rejects.toThrow();
      proxy.silenceAfter(null);
      await work();
    },
  );

  it('the rate tells, and gives its turn once the database answers', async () => {
    const told: Error[] = [];
    const rate = openRate({
      perSecond: 10,
      store: { pool: parts.database.promptly(SOON_MS).pool },
      onError: (error) => told.push(error),
      sleep: async () => proxy.silenceAfter(null),
    });
    proxy.silenceAfter('');
    await rate.takeTurn('relay.example.org:25');
    rate.close();
    expect(told).toHaveLength(1);
  });
});
