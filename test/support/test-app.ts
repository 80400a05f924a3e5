import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { loadConfig } from '../../src/settings/config.ts';
import { type App, openApp } from '../../src/wiring/app.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { openTestDatabase } from './database.ts';
import { emptyRedis, redisUrl } from './redis.ts';

export interface TestApp {
  app: App;
  clock: TestClock;
  close(): Promise<void>;
}

const KEY = 'a key for tests only: long enough to pass';

/** An app for the tests of one file, opened with these settings. */
export function useTestApp(env: Record<string, string> = {}): Readonly<Omit<TestApp, 'close'>> {
  let test: TestApp | undefined;
  beforeAll(async () => {
    test = await openTestApp(env);
  });
  afterAll(() => test?.close());
  const opened = () => {
    if (!test) throw new Error('The app opens before the tests of its file.');
    return test;
  };
  return {
    get app() {
      return opened().app;
    },
    get clock() {
      return opened().clock;
    },
  };
}

/**
 * Opens the app as `paperboy start` does, with its own database, a temporary data folder, free
 * ports and a test clock. The queue is in Redis when TEST_REDIS_URL is set, and is emptied first,
 * since test files share it.
 */
export async function openTestApp(
  env: Record<string, string> = {},
  { servesSite = true, isSystemClock = false } = {},
): Promise<TestApp> {
  await emptyRedis();
  const dataDir = await mkdtemp(join(tmpdir(), 'paperboy-parts-'));
  const { database, url, close: closeDatabase } = await openTestDatabase();
  const clock = createTestClock('2026-05-08T05:30:00Z');
  const settings = {
    DATA_DIR: dataDir,
    PORT: '0',
    INBOX_PORT: '0',
    PUBLIC_URL: 'http://localhost:3000',
    SECRET_KEY: KEY,
    SUPPRESSION_KEY: KEY,
    // Tests request nothing from the internet.
    SOURCES: 'none',
    ...(url !== null && { DATABASE_URL: url }),
    ...(redisUrl !== null && { REDIS_URL: redisUrl }),
    ...env,
  };
  const config = loadConfig(settings, { servesSite });
  const runtime = {
    clock,
    isSystemClock,
    random: () => 0.5,
    logger: pino({ level: 'silent' }),
    instanceId: 'test',
  };
  const app = await openApp(config, runtime, database);
  return {
    app,
    clock,
    close: async () => {
      await app.close();
      await closeDatabase();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
