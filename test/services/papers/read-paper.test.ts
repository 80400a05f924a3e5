import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { findLastChange, readPaperDetails } from '../../../src/services/papers/read-paper.ts';
import { useDatabase } from '../../support/database.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';

const store = useDatabase();

beforeAll(async () => {
  const fill = Array.from({ length: 200 }, (_, at) => ({
    ...buildPaper({
      id: `fill:${at}`,
      title: `A model for plants number ${at}`,
      abstract: 'Green.',
    }),
  }));
  await storePapers(store.db, [
    { ...buildPaper({ id: 'a', title: 'SWAN: A model for waterfowl' }), slugs: ['theory'] },
    { ...buildPaper({ id: 'b', title: 'On waterfowl', abstract: 'It builds on SWAN.' }) },
    { ...buildPaper({ id: 'c', title: 'A swan', abstract: 'White.' }) },
    { ...buildPaper({ id: 'd', title: 'A swan again', abstract: 'Black.' }), slugs: ['theory'] },
    { ...buildPaper({ id: 'e', title: 'the of and', abstract: 'Nothing.' }) },
    ...fill,
  ]);
});

const similarTo = async (id: string) =>
  (await readPaperDetails(store.db, id))?.similar.map((each) => each.id);

describe('Similar papers', () => {
  it('Similar papers share the title’s rare words, those with most of them first', async () => {
    // The statistics tell which words are rare: each plant is said to be a model.
    await store.db.execute(sql`ANALYZE papers`);
    expect(await similarTo('a')).toEqual(['b', 'd', 'c']);
  });

  it('Common words find few similar papers, and a title without words none', async () => {
    expect((await similarTo('fill:1'))?.length).toBeLessThanOrEqual(5);
    expect(await similarTo('e')).toEqual([]);
  });

  it('A paper is not similar to itself', async () => {
    for (const id of ['a', 'b', 'fill:7']) expect(await similarTo(id)).not.toContain(id);
  });
});

describe('A paper', () => {
  it('An unknown paper is null', async () => {
    expect(await readPaperDetails(store.db, 'nobody')).toBeNull();
  });

  it('A stored paper was last changed when it was stored', async () => {
    expect(await findLastChange(store.db, ['a', 'b'])).toEqual(new Date('2026-05-08T04:00:00Z'));
    expect(await findLastChange(store.db, [])).toBeNull();
  });
});
