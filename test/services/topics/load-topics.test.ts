import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { listDigestPapers } from '../../../src/db/digests/digests.ts';
import { findPaper } from '../../../src/db/papers/papers.ts';
import { countPapersToSort, findTopicSet } from '../../../src/db/topics/topic-set.ts';
import { listTopics } from '../../../src/db/topics/topics.ts';
import type { PaperInput } from '../../../src/domain/papers/paper-input.ts';
import type { TopicDefinition } from '../../../src/domain/topics/topic.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { countTopics } from '../../../src/services/topics/count-topics.ts';
import { loadTopics, previewTopics } from '../../../src/services/topics/load-topics.ts';
import { sortPapers } from '../../../src/services/topics/sort-papers.ts';
import { createTestClock, FRIDAY } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { storeSubscriber } from '../../support/rows.ts';

const store = useDatabase();
const clock = createTestClock(`${FRIDAY}T06:00:00Z`);

const define = (slug: string, changes: Partial<TopicDefinition> = {}): TopicDefinition => ({
  slug,
  name: `On ${slug}`,
  group: null,
  categories: [],
  categoryRole: 'none',
  query: slug,
  titleQuery: slug,
  ...changes,
});

const load = (...topics: TopicDefinition[]) =>
  loadTopics(store.db, { name: 'test', topics }, clock());
const sort = (signal = new AbortController().signal, onProgress?: () => void) =>
  sortPapers({ db: store.db, clock, signal, ...(onProgress && { onProgress }) });
const addPapers = (...papers: Partial<PaperInput>[]) =>
  importPapers(
    store.db,
    {
      text: JSON.stringify(
        papers.map((paper) => ({ title: 'A paper', abstract: 'We present a paper.', ...paper })),
      ),
      source: 'file',
    },
    clock(),
  );
const topicsOf = async (id: string) =>
  (await findPaper(store.db, id))?.topics.map(({ slug }) => slug);
const statuses = async () =>
  Object.fromEntries((await listTopics(store.db)).map(({ slug, status }) => [slug, status]));

beforeEach(async () => {
  await store.empty();
  await store.db.execute(sql`DELETE FROM topics`);
  await store.db.execute(sql`DELETE FROM topic_set`);
});

describe('loadTopics', () => {
  it('The first set is sorted at once when there are no papers', async () => {
    await load(define('boats'), define('ships'));
    expect(await findTopicSet(store.db)).toMatchObject({ name: 'test', sortedAt: clock() });
    expect(await countPapersToSort(store.db)).toBe(0);
  });

  it('A topic that subscribers follow, mute or asked for is kept for them, any other is retired', async () => {
    await load(...['boats', 'ships', 'trains', 'planes'].map((slug) => define(slug)));
    await storeSubscriber(store.db, { topics: ['boats'] });
    await storeSubscriber(store.db, { mutedTopics: ['ships'] });
    const pending = await storeSubscriber(store.db, { status: 'pending' });
    const request = JSON.stringify({ preferences: { topics: ['trains'] } });
    await store.db.execute(sql`
      INSERT INTO transactional_emails (subscriber_id, kind, state, requested_at, send_at, expires_at,
        next_at, attempts, paper_ids, sign_up_request)
      VALUES (${pending}, 'confirm', 'sent', ${clock()}, ${clock()}, ${clock()}, ${clock()}, 1, '{}', ${request}::jsonb)`);
    const plan = await load(define('bikes'));
    expect(plan.kept.map(({ slug }) => slug)).toEqual(['boats', 'ships', 'trains']);
    expect(await statuses()).toEqual({
      bikes: 'offered',
      boats: 'kept',
      ships: 'kept',
      trains: 'kept',
      planes: 'retired',
    });
    expect((await countTopics(store.db)).map(({ slug }) => slug)).toEqual(['bikes']);
  });

  it('A preview says the same as loading and changes nothing', async () => {
    await load(define('boats'));
    const before = [await listTopics(store.db), await findTopicSet(store.db)];
    const preview = await previewTopics(store.db, [define('bikes')]);
    expect([await listTopics(store.db), await findTopicSet(store.db)]).toEqual(before);
    expect(await load(define('bikes'))).toEqual(preview);
  });
});

describe('sortPapers', () => {
  const some = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ id: `x${at}`, abstract: 'Boats and bikes.' }));

  it('Papers get the topics of the new set, and those of kept topics, but not of retired ones', async () => {
    await load(define('boats'), define('bikes'));
    await storeSubscriber(store.db, { topics: ['boats'] });
    await addPapers({ id: 'x1', abstract: 'Boats, bikes and trains.' });
    await load(define('trains'));
    expect(await countPapersToSort(store.db)).toBe(1);
    expect(await sort()).toBe(1);
    expect((await topicsOf('file:x1'))?.sort()).toEqual(['boats', 'trains']);
    expect(await countPapersToSort(store.db)).toBe(0);
    expect(await sort()).toBe(0);
  });

  it('Sorting that was interrupted goes on where it ended', async () => {
    await load(define('boats'));
    await addPapers(...some(60));
    await load(define('bikes'));
    const stopping = new AbortController();
    expect(await sort(stopping.signal, () => stopping.abort())).toBe(25);
    expect(await countPapersToSort(store.db)).toBe(35);
    expect(await sort()).toBe(35);
    for (const { id } of some(60)) expect(await topicsOf(`file:${id}`)).toEqual(['bikes']);
  });

  it('Two processes that sort at once sort every paper', async () => {
    await load(define('boats'));
    await addPapers(...some(60));
    await load(define('bikes'));
    await Promise.all([sort(), sort()]);
    expect(await countPapersToSort(store.db)).toBe(0);
    for (const { id } of some(60)) expect(await topicsOf(`file:${id}`)).toEqual(['bikes']);
  });

  it('Papers that come before sorting ends have the new topics already', async () => {
    await load(define('boats'));
    await addPapers(...some(30));
    await load(define('bikes'));
    await addPapers({ id: 'new', abstract: 'Boats and bikes.' });
    expect(await topicsOf('file:new')).toEqual(['bikes']);
    expect(await topicsOf('file:x1')).toEqual(['boats']);
    await sort();
    expect(await topicsOf('file:new')).toEqual(['bikes']);
  });

  it('Another set starts sorting again; the same one does not', async () => {
    await load(define('boats'));
    await addPapers(...some(2));
    await load(define('bikes'));
    await sort();
    await load(define('bikes', { name: 'Bicycles' }));
    expect(await countPapersToSort(store.db)).toBe(0);
    await load(define('boats'));
    expect(await countPapersToSort(store.db)).toBe(2);
  });

  it('A digest that is composed keeps the topics that its papers had, and their names', async () => {
    await load(define('boats', { name: 'Boats' }));
    await addPapers({ id: 'x1', abstract: 'Boats.' });
    await storeSubscriber(store.db);
    const { digest } = await composeDigest(store.db, { kind: 'daily', date: FRIDAY, now: clock() });
    const before = await listDigestPapers(store.db, digest?.id ?? 0);
    await load(define('bikes'));
    await sort();
    expect(await topicsOf('file:x1')).toEqual([]);
    expect(await listDigestPapers(store.db, digest?.id ?? 0)).toEqual(before);
    expect(before[0]?.topics.map(({ slug }) => slug)).toEqual(['boats']);
    expect(await listTopics(store.db)).toContainEqual(
      expect.objectContaining({ slug: 'boats', name: 'Boats', status: 'retired' }),
    );
  });
});

describe('Categories as evidence', () => {
  const reads: Partial<TopicDefinition> = { categories: ['cs.CL'], categoryRole: 'define' };

  it('A category that defines a topic decides; its query counts only for papers without such categories', async () => {
    await load(define('language', reads), define('boats', { ...reads, categories: ['cs.NI'] }));
    await addPapers(
      { id: 'primary', categories: ['cs.CL', 'cs.NI'], abstract: 'Boats.' },
      { id: 'other', categories: ['cs.CL', 'cs.XX'], abstract: 'Boats.' },
      { id: 'none', abstract: 'Boats.' },
      { id: 'foreign', categories: ['biorxiv:zoology'], abstract: 'Boats.' },
    );
    expect((await topicsOf('file:primary'))?.sort()).toEqual(['boats', 'language']);
    expect(await topicsOf('file:other')).toEqual(['language']);
    expect(await topicsOf('file:none')).toEqual(['boats']);
    expect(await topicsOf('file:foreign')).toEqual(['boats']);
  });

  it('A category that supports a topic brings its papers to followers, and is shown only when nothing else is', async () => {
    const supported: Partial<TopicDefinition> = {
      categories: ['cs.CL'],
      categoryRole: 'support',
    };
    await load(
      define('language', supported),
      define('boats'),
      define('bikes', { categories: ['cs.CL'] }),
    );
    await addPapers(
      { id: 'boats', title: 'Boats', categories: ['cs.CL'], abstract: 'Boats.' },
      { id: 'plain', categories: ['cs.LG', 'cs.CL'] },
    );
    const paper = await findPaper(store.db, 'file:boats');
    expect(paper?.topics.map(({ slug }) => slug)).toEqual(['boats']);
    expect(paper?.otherTopics.map(({ slug }) => slug)).toEqual(['language']);
    expect(await topicsOf('file:plain')).toEqual(['language']);
  });

  it('A paper whose categories arrive later is sorted again', async () => {
    await load(define('language', reads));
    await addPapers({ id: 'x1' });
    expect(await topicsOf('file:x1')).toEqual([]);
    await addPapers({ id: 'x1', categories: ['cs.CL'] });
    expect(await topicsOf('file:x1')).toEqual(['language']);
  });
});
