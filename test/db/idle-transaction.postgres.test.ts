import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Database,
  IDLE_TRANSACTION_SECONDS,
  openServerDatabase,
} from '../../src/db/client.ts';
import { LEASE_SECONDS } from '../../src/db/deliveries/leases.ts';
import { isTransient } from '../../src/db/transient.ts';
import { requireServerUrl } from '../support/database-server.ts';

const LOCK = sql`SELECT pg_advisory_xact_lock(20261130)`;

describe('A process that is suspended between two statements of a transaction', () => {
  let database: Database;

  beforeEach(() => {
    database = openServerDatabase(requireServerUrl(), { connections: 2 });
  });

  afterEach(() => database.close());

  it('The server ends its transaction before its lease ends, so that others can take over', async () => {
    const { rows } = await database.db.execute<{ limit: string }>(
      sql`SELECT current_setting('idle_in_transaction_session_timeout') AS limit`,
    );
    expect(rows).toEqual([{ limit: `${IDLE_TRANSACTION_SECONDS}s` }]);
    expect(IDLE_TRANSACTION_SECONDS).toBeLessThan(LEASE_SECONDS);
  });

  it('Its locks are free then, and its next statement fails like one on a lost connection', async () => {
    const suspended = database.db.transaction(async (tx) => {
      await tx.execute(sql`SET LOCAL idle_in_transaction_session_timeout = '50ms'`);
      await tx.execute(LOCK);
      await database.db.transaction((other) => other.execute(LOCK));
      await tx.execute(sql`SELECT 1`);
    });
    const failure = await suspended.catch((error: unknown) => error);
    expect(isTransient(failure)).toBe(true);
    await expect(database.db.execute(sql`SELECT 1`)).resolves.toBeDefined();
  });
});
