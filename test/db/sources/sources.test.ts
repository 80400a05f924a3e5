import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { readSourceHistories, registerSources } from '../../../src/db/sources/sources.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();

it('A day counts as empty when its list was empty twice after the day was over', async () => {
  const { db } = database;
  const now = new Date('2026-05-08T12:00:00Z');
  await registerSources(db, ['hf-daily', 'arxiv:cs.LG'], now);
  const output = async (source: string, day: string, when: string) =>
    db.execute(sql`
      INSERT INTO fetches (source, day, started_at, ended_at, outcome, found, added, updated, refused)
      VALUES (${source}, ${day}, ${when}, ${when}, 'empty', 0, 0, 0, 0)`);
  const empty = async () => [...(await readSourceHistories(db, now))('hf-daily').emptyDays];
  await output('hf-daily', '2026-05-06', '2026-05-06T20:00:00Z');
  await output('hf-daily', '2026-05-06', '2026-05-07T08:00:00Z');
  await output('arxiv:cs.LG', '2026-05-06', '2026-05-07T08:00:00Z');
  expect(await empty()).toEqual([]);
  await output('hf-daily', '2026-05-06', '2026-05-07T09:00:00Z');
  expect(await empty()).toEqual(['2026-05-06']);
});
