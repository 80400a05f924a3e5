import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Db } from '../../../src/db/client.ts';
import { lockComposing } from '../../../src/db/digests/digests.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { FRIDAY } from '../../support/clock.ts';
import { storePapers } from '../../support/rows.ts';
import { buildPaperOf, useDigestFixture } from './digest-fixture.ts';

const { database, subscriber } = useDigestFixture();
const options = { kind: 'daily', date: FRIDAY, now: new Date('2026-05-08T05:30:00Z') } as const;

describe('Composing while others use the database', () => {
  it('A scheduler does not wait for another one that composes', async () => {
    const { db } = database;
    await storePapers(db, [buildPaperOf(FRIDAY)]);
    await subscriber();
    await db.transaction(async (tx) => {
      await lockComposing(tx);
      expect(await composeDigest(db, { ...options, whenBusy: 'skip' })).toEqual({
        digest: null,
        isNew: false,
      });
    });
    expect(await composeDigest(db, { ...options, whenBusy: 'skip' })).toMatchObject({
      isNew: true,
    });
  });

  it('Subscribers whose pause ends are not locked while the audience is frozen', async () => {
    const { db } = database;
    await storePapers(db, [buildPaperOf(FRIDAY)]);
    const id = await subscriber({ status: 'paused', pausedUntil: FRIDAY });
    let isLocked: boolean | null = null;
    const composing = callBeforeCommit(db, async () => {
      const free = await db.execute(
        sql`SELECT FROM subscribers WHERE id = ${id} AND status = 'active' FOR UPDATE SKIP LOCKED`,
      );
      isLocked = free.rows.length === 0;
    });
    expect((await composeDigest(composing, options)).digest?.audience).toBe(1);
    expect(isLocked).toBe(false);
  });
});

/** The same database. Its transactions call `before` just before they commit. */
function callBeforeCommit(db: Db, before: () => Promise<void>): Db {
  const transaction: Db['transaction'] = (run, config) =>
    db.transaction(async (tx) => {
      const result = await run(tx);
      await before();
      return result;
    }, config);
  return new Proxy(db, {
    get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)),
  });
}
