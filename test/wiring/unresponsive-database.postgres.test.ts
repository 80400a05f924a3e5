import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openServerDatabase } from '../../src/db/client.ts';
import { reserveSendPermits } from '../../src/db/deliveries/send-rate.ts';
import { openSendRateLimiter } from '../../src/relay/send-rate-limiter.ts';
import { loadConfig } from '../../src/settings/config.ts';
import { type App, openApp } from '../../src/wiring/app.ts';
import { QUERY_TIMEOUTS_MS } from '../../src/wiring/query-timeouts.ts';
import { type RunningSite, startSite } from '../../src/wiring/site.ts';
import { openTestDatabase } from '../support/database.ts';
import { openHalfOpenProxy } from '../support/half-open-proxy.ts';
import { redisUrl } from '../support/redis.ts';

/** Long enough for a statement on a busy machine. */
const SOON_MS = 2_000;
const KEY = 'a key for tests only: long enough to pass';

describe('While the database accepts connections and never answers', () => {
  let test: Awaited<ReturnType<typeof openTestDatabase>>;
  let proxy: Awaited<ReturnType<typeof openHalfOpenProxy>>;
  let database: Database;
  let dataDir: string;
  let app: App;
  let site: RunningSite;

  beforeAll(async () => {
    test = await openTestDatabase();
    proxy = await openHalfOpenProxy(test.url ?? '');
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
    database = openServerDatabase(proxy.url, { connections: 10, connectTimeoutMs: SOON_MS });
    const soon = Object.fromEntries(Object.keys(QUERY_TIMEOUTS_MS).map((part) => [part, SOON_MS]));
    app = await openApp(
      config,
      { clock: () => new Date(), random: Math.random, logger, instanceId: 'test' },
      database,
      { queryTimeoutsMs: soon as unknown as typeof QUERY_TIMEOUTS_MS },
    );
    site = await startSite(app);
  });
  afterEach(() => proxy.silenceAfter(null));
  afterAll(async () => {
    await site.stop();
    await app.close();
    await database.close();
    await proxy.close();
    await test.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('A page fails in time, and is shown again once the database answers', async () => {
    const ask = async () => (await fetch(`http://127.0.0.1:${site.address.port}/papers`)).status;
    await expect.poll(ask).toBe(200);
    proxy.silenceAfter('');
    expect(await ask()).toBe(500);
    proxy.silenceAfter(null);
    await expect.poll(ask).toBe(200);
  });

  it.each([
    ['the sweep', () => app.handlers.sweep({})],
    ['composing', () => app.handlers.compose({ kind: 'daily' })],
    ['pruning', () => app.handlers.prune({})],
  ] as const)(
    'The job for %s fails in time, and works again once the database answers',
    async (_what, work) => {
      proxy.silenceAfter('');
      await expect(work()).rejects.toThrow();
      proxy.silenceAfter(null);
      const isDone = () =>
        work().then(
          () => true,
          () => false,
        );
      await expect.poll(isDone).toBe(true);
    },
  );

  it('The send rate reports the error, and gives its permit once the database answers', async () => {
    const errors: Error[] = [];
    const { db } = database.withQueryTimeout(SOON_MS);
    const rate = openSendRateLimiter({
      perSecond: 10,
      store: {
        reserve: (relay, durationMs) => reserveSendPermits(db, relay, durationMs),
        close: () => undefined,
      },
      onError: (error) => errors.push(error),
      sleep: async () => proxy.silenceAfter(null),
    });
    proxy.silenceAfter('');
    await rate.acquire('relay.example.org:25');
    rate.close();
    expect(errors).toHaveLength(1);
  });
});
