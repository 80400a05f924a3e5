import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../src/config.ts';
import { openParts, type Parts } from '../../src/wiring/parts.ts';
import { clockAt, type TestClock } from './clock.ts';
import { openTestDatabase } from './database.ts';
import { redisUrl } from './redis.ts';

export interface TestParts {
  parts: Parts;
  clock: TestClock;
  close(): Promise<void>;
}

const KEY = 'a key for tests only: long enough to pass';

/**
 * Everything wired as `paperboy start` wires it, on a database of its own (the queue in Redis when
 * TEST_REDIS_URL is set), a throw-away data folder, free ports and a clock that stands.
 */
export async function openTestParts(env: Record<string, string> = {}): Promise<TestParts> {
  const dataDir = await mkdtemp(join(tmpdir(), 'paperboy-parts-'));
  const { database, url, close: closeDatabase } = await openTestDatabase();
  const clock = clockAt('2026-05-08T05:30:00Z');
  const config = loadConfig({
    DATA_DIR: dataDir,
    PORT: '0',
    INBOX_PORT: '0',
    PUBLIC_URL: 'http://localhost:3000',
    SECRET_KEY: KEY,
    SUPPRESSION_KEY: KEY,
    // Nothing is ever asked for over the net.
    SOURCES: 'none',
    ...(url !== null && { DATABASE_URL: url }),
    ...(redisUrl !== null && { REDIS_URL: redisUrl }),
    ...env,
  });
  const around = { clock, random: () => 0.5, logger: pino({ level: 'silent' }), holder: 'test' };
  const parts = await openParts(config, around, database);
  return {
    parts,
    clock,
    close: async () => {
      await parts.close();
      await closeDatabase();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
