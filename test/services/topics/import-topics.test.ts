import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { listTopics } from '../../../src/db/topics/topics.ts';
import { importTopics } from '../../../src/services/topics/import-topics.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
const SEED = new URL('../../../seeds/', import.meta.url);

describe('Importing topics', () => {
  it('Importing topics again keeps them, in the order of the file', async () => {
    const text = await readFile(new URL('topics.json', SEED), 'utf8');
    const before = await listTopics(database.db);
    expect(await importTopics(database.db, text)).toBe(21);
    expect(await listTopics(database.db)).toEqual(before);
  });

  it.each([
    ['not a JSON array', '{}'],
    [
      'Topic 2: query is missing',
      '[{"slug":"a","name":"A","query":"a","title_query":"a"},{"slug":"b","name":"B"}]',
    ],
    ['Topic 1', '[null]'],
    ['not JSON', '['],
  ])('An invalid file of topics is refused with its problem: %s', async (problem, text) => {
    await expect(importTopics(database.db, text)).rejects.toMatchObject({
      code: 'INVALID_TOPICS',
      message: expect.stringContaining(problem),
    });
  });
});
