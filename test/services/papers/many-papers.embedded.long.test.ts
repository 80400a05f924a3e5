import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { countRows } from '../../support/rows.ts';

const SEED = new URL('../../../seeds/papers.json', import.meta.url);
const PAPERS = 10_000;
const database = useDatabase();
const clock = createTestClock('2026-05-08T12:00:00Z');

/** CPU seconds of this process; embedded, the database works in it. */
async function workOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / 1_000_000;
}

// The time depends mostly on what else runs, so the yardstick is the cost of the full text of the
// same papers alone. Storing every topic match, three rows a paper, made it 3.5 to 4.5 times.
it('A week of 10,000 papers is stored with its topics in less than six times what its full text costs', async () => {
  const seed = JSON.parse(await readFile(SEED, 'utf8')) as object[];
  const entries = Array.from({ length: PAPERS }, (_, n) => ({
    ...seed[n % seed.length],
    id: `2605.${PAPERS + n}`,
  }));
  const text = JSON.stringify(entries);
  const startedAt = performance.now();
  const spent = await workOf(() => importPapers(database.db, { text, source: 'file' }, clock()));
  console.log(`${PAPERS} papers: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  expect(await countRows(database.db, 'papers')).toBe(PAPERS);
  expect(await countRows(database.db, 'paper_topics')).toBeGreaterThan(PAPERS);
  const fullText = await workOf(() =>
    database.db.execute(sql`SELECT count(to_tsvector('english', title || abstract)) FROM papers`),
  );
  expect(spent / fullText).toBeLessThan(6);
});
