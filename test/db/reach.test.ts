import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { takesChanges } from '../../src/db/reach.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

describe('takesChanges', () => {
  it('tells a database that can be written to from one that can only be read', async () => {
    const { db } = database;
    expect(await takesChanges(db)).toBe(true);
    await db.transaction(async (tx) => {
      await tx.execute(sql`SET TRANSACTION READ ONLY`);
      expect(await takesChanges(tx)).toBe(false);
    });
  });
});
