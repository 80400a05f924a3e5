import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { useDatabase } from '../../support/database.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';

const test = useDatabase();
beforeEach(() => test.empty());

const HOUR_MS = 3_600_000;

describe('createTermStatistics', () => {
  it('Papers are counted once an hour, and calls get the earlier result while they are counted again', async () => {
    let now = new Date('2026-05-08T05:30:00Z');
    const termStatistics = createTermStatistics({ db: test.db, clock: () => now });
    await storePapers(test.db, [buildPaper(), buildPaper()]);
    expect((await termStatistics()).paperCount).toBe(2);
    await storePapers(test.db, [buildPaper()]);
    expect((await termStatistics()).paperCount).toBe(2);
    now = new Date(now.getTime() + HOUR_MS);
    expect((await termStatistics()).paperCount).toBe(2);
    await expect.poll(async () => (await termStatistics()).paperCount).toBe(3);
  });

  it('Counting that fails is tried again at the next call', async () => {
    let isBroken = true;
    const db = new Proxy(test.db, {
      get: (target, name, receiver) => {
        if (isBroken && name === 'select') throw new Error('The database is away.');
        return Reflect.get(target, name, receiver);
      },
    });
    const termStatistics = createTermStatistics({ db, clock: () => new Date(0) });
    await expect(termStatistics()).rejects.toThrow('The database is away.');
    isBroken = false;
    expect((await termStatistics()).paperCount).toBe(0);
  });

  it('The newest ten thousand papers are counted', async () => {
    await storePapers(test.db, [buildPaper()]);
    await test.db.execute(sql`
      INSERT INTO papers (id, source, title, abstract, authors, listed_on, usable_on, upvotes, comments, stored_at, updated_at)
      SELECT 'many:' || n, 'many', 'Paper ' || n, 'Text.', '{}', '2026-05-08', '2026-05-08', 0, 0, now(), now()
      FROM generate_series(1, 10050) AS n`);
    const termStatistics = createTermStatistics({ db: test.db, clock: () => new Date(0) });
    expect((await termStatistics()).paperCount).toBe(10_000);
  });
});
