import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { isWritable } from '../../src/db/check-server.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

describe('isWritable', () => {
  it('isWritable is true for a writable database and false for a read-only one', async () => {
    const { db } = database;
    expect(await isWritable(db)).toBe(true);
    await db.transaction(async (tx) => {
      await tx.execute(sql`SET TRANSACTION READ ONLY`);
      expect(await isWritable(tx)).toBe(false);
    });
  });
});
