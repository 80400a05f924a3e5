import { afterAll, beforeAll, expect, it } from 'vitest';
import { countPapersToSort } from '../../src/db/topics/topic-set.ts';
import { parseTopicFile } from '../../src/domain/topics/topic-file.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { loadTopics } from '../../src/services/topics/load-topics.ts';
import { readSeed, readTopicSet } from '../../src/wiring/database.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ SOURCES: 'none' });
});
afterAll(async () => {
  await test?.close();
});

it('A sweep has the papers sorted that a new set of topics left unsorted', async () => {
  const { db, queue, handlers, clock } = test.app;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, clock());
  const topics = parseTopicFile(await readTopicSet('arxiv'));
  await loadTopics(db, { name: 'arxiv', topics }, clock());
  expect(await countPapersToSort(db)).toBe(49);
  const errors: Error[] = [];
  const work = await queue.startWorkers(['sources'], handlers, {
    concurrency: 1,
    onError: (error) => void errors.push(error),
  });
  await handlers.sweep({});
  await expect.poll(() => countPapersToSort(db)).toBe(0);
  await work.stop();
  expect(errors).toEqual([]);
  await handlers['sort-papers']({});
  expect(await countPapersToSort(db)).toBe(0);
});
