import { describe, expect, it } from 'vitest';
import { openMigratedDatabase } from '../../src/wiring/database.ts';
import { openTestApp } from '../support/test-app.ts';

describe('Opening a migrated database', () => {
  it.each([
    ['our tables', 'drizzle'],
    ['the tables of its queue', 'bullmq'],
  ])(
    'A database without %s is refused with a pointer to “paperboy migrate”',
    async (_what, schema) => {
      const own = await openTestApp();
      try {
        const config = { ...own.app.config, redisUrl: null };
        await (await openMigratedDatabase(config)).close();
        await own.app.database.pool.query(`DROP SCHEMA ${schema} CASCADE`);
        await expect(openMigratedDatabase(config)).rejects.toMatchObject({
          code: 'NOT_MIGRATED',
          message: expect.stringContaining('bin/paperboy migrate'),
        });
      } finally {
        await own.close();
      }
    },
  );
});
