import { beforeEach, describe, expect, it } from 'vitest';
import { findLearning, listFeedback } from '../../../src/db/feedback/feedback.ts';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import { unpackLearned } from '../../../src/domain/ranking/learned-terms.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import { chooseExamples, listExamples } from '../../../src/services/feedback/example-papers.ts';
import { importLibrary } from '../../../src/services/library/import-library.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';

const database = useDatabase();
const clock = createTestClock('2026-05-08T08:00:00Z');
const WORDS = ['mamba', 'protein', 'robot', 'galaxy', 'quantum', 'river', 'market', 'poem'];
const PAPERS = Array.from({ length: 24 }, (_, n) => ({
  ...buildPaper({
    id: `test:example-${n}`,
    title: `The ${WORDS[n % WORDS.length]} paper number ${n} of ${WORDS[(n + 3) % WORDS.length]}`,
    abstract: `About the ${WORDS[n % WORDS.length]}.`,
    upvotes: 100 - n,
  }),
  slugs: n % 2 === 0 ? ['agents'] : ['robotics'],
}));

beforeEach(async () => {
  await database.empty();
  await storePapers(database.db, PAPERS);
});

function deps() {
  const { db } = database;
  return { db, clock, allowsLookups: false, termStatistics: createTermStatistics({ db, clock }) };
}

async function addSubscriber(changes: Partial<Subscriber> = {}): Promise<Subscriber> {
  const id = await storeSubscriber(database.db, changes);
  const subscriber = await findSubscriber(database.db, id);
  if (!subscriber) throw new Error('The subscriber was not stored.');
  return subscriber;
}

const examplesFor = async (subscriber: Subscriber) =>
  (await listExamples(deps(), subscriber)).map(({ id }) => id);

describe('listExamples', () => {
  it('Twelve different recent papers are listed, each once', async () => {
    const ids = await examplesFor(await addSubscriber());
    expect(new Set(ids).size).toBe(12);
  });

  it('Most are on followed topics, and none on muted ones', async () => {
    const follower = await addSubscriber({ topics: ['agents'], mutedTopics: [] });
    const isOnAgents = (id: string) => Number(id.split('-').at(-1)) % 2 === 0;
    expect((await examplesFor(follower)).filter(isOnAgents)).toHaveLength(9);
    const muter = await addSubscriber({ mutedTopics: ['robotics'] });
    expect((await examplesFor(muter)).filter(isOnAgents)).toHaveLength(12);
  });

  it('Papers that the reader rated or brought are not shown again', async () => {
    const subscriber = await addSubscriber();
    const [first = '', second = ''] = await examplesFor(subscriber);
    await chooseExamples(deps(), subscriber.id, [first]);
    const brought = PAPERS.find(({ id }) => id === second)?.title ?? '';
    await importLibrary(deps(), subscriber.id, brought);
    const ids = await examplesFor(subscriber);
    expect(ids).not.toContain(first);
    expect(ids).not.toContain(second);
  });

  it('Old papers are no examples, and fewer than three are no choice', async () => {
    await database.empty();
    await storePapers(database.db, [
      ...PAPERS.slice(0, 2),
      ...PAPERS.slice(2).map((paper) => ({ ...paper, listedOn: '2026-04-01' })),
    ]);
    expect(await examplesFor(await addSubscriber())).toEqual([]);
    await storePapers(database.db, [buildPaper({ title: 'A third one' })]);
    expect(await examplesFor(await addSubscriber())).toHaveLength(3);
  });
});

describe('chooseExamples', () => {
  it('The chosen papers are learned from like “more” feedback', async () => {
    const { id } = await addSubscriber();
    const ids = ['test:example-0', 'test:example-8', 'unknown', 'test:example-0'];
    const { chosen, terms } = await chooseExamples(deps(), id, ids);
    expect(terms[0]?.term).toBe('mamba');
    const given = await listFeedback(database.db, id, { limit: 10 });
    expect(given.map(({ verb }) => verb)).toEqual(['more', 'more']);
    const learning = await findLearning(database.db, id);
    expect(unpackLearned(learning?.learned ?? null).feedback).toBe(2);
    expect(chosen).toBe(2);
  });

  it('Choosing nothing learns nothing, and nobody is taught before they confirmed', async () => {
    const { id } = await addSubscriber();
    expect(await chooseExamples(deps(), id, ['unknown', 'a\0b'])).toEqual({
      chosen: 0,
      terms: [],
    });
    const pending = await addSubscriber({ status: 'pending' });
    await expect(chooseExamples(deps(), pending.id, ['test:example-0'])).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    });
    expect(await listFeedback(database.db, pending.id, { limit: 10 })).toEqual([]);
  });
});
