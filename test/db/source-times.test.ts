import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { addSources, readSourceRecords } from '../../src/db/source-times.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

it('a source has said for good that a day has nothing when it said so twice, once the day was over', async () => {
  const { db } = database;
  const now = new Date('2026-05-08T12:00:00Z');
  await addSources(db, ['hf-daily', 'arxiv:cs.LG'], now);
  const said = async (source: string, day: string, when: string) =>
    db.execute(sql`
      INSERT INTO fetches (source, day, started_at, ended_at, outcome, found, added, updated, refused)
      VALUES (${source}, ${day}, ${when}, ${when}, 'empty', 0, 0, 0, 0)`);
  const empty = async () => [...(await readSourceRecords(db, now))('hf-daily').empty];
  await said('hf-daily', '2026-05-06', '2026-05-06T20:00:00Z');
  await said('hf-daily', '2026-05-06', '2026-05-07T08:00:00Z');
  await said('arxiv:cs.LG', '2026-05-06', '2026-05-07T08:00:00Z');
  expect(await empty()).toEqual([]);
  await said('hf-daily', '2026-05-06', '2026-05-07T09:00:00Z');
  expect(await empty()).toEqual(['2026-05-06']);
});
