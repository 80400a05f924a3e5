import { describe, expect, it } from 'vitest';
import { openServerDatabase } from '../../src/db/client.ts';
import { openLease, renewLease } from '../../src/db/deliveries/leases.ts';
import {
  type Closer,
  closeAll,
  openLeaseDatabase,
  openMigratedDatabase,
} from '../../src/wiring/database.ts';
import { openTestDatabase } from '../support/database.ts';
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

describe('The database of the lease', () => {
  it('A lease is renewed while all other connections of its process are in use', async () => {
    const test = await openTestDatabase();
    const databaseUrl = test.url ?? '';
    const busy = openServerDatabase(databaseUrl, { connections: 1, connectTimeoutMs: 2000 });
    const held = await busy.pool.connect();
    const closers: Closer[] = [];
    const { db } = openLeaseDatabase({ databaseUrl }, busy, closers);
    const id = await openLease(db, 'host:1');
    expect(await renewLease(db, id)).not.toBeNull();
    held.release();
    await closeAll(closers);
    await busy.close();
    await test.close();
  });
});
