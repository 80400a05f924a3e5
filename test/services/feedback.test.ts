import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { findLearning, listFeedback } from '../../src/db/feedback.ts';
import type { Verb } from '../../src/domain/feedback.ts';
import { unpackLearned } from '../../src/domain/learned.ts';
import { feedbackOn, giveFeedback, takeBackFeedback } from '../../src/services/give-feedback.ts';
import {
  allowTerm,
  forgetLearned,
  forgetTerm,
  listLearned,
} from '../../src/services/learned-terms.ts';
import { muteTopic, unmuteTopic } from '../../src/services/mute-topic.ts';
import { createTermStatistics } from '../../src/services/support/term-statistics.ts';
import { clockAt } from '../support/clock.ts';
import { useDatabase } from '../support/database.ts';
import { paper, storePapers, storeSubscriber } from '../support/rows.ts';

const database = useDatabase();
const clock = clockAt('2026-05-08T08:00:00Z');
const MAMBA = paper({ title: 'Mamba Has a Hidden State', abstract: 'A hidden state.' });
const VISION = paper({ title: 'Vision Mamba', abstract: 'Pixels.' });
const RIVERS = paper({ title: 'Kernels for Rivers', abstract: 'Rivers.' });
const OTHERS = [paper({ title: 'Hidden State Kernels', abstract: 'Pixels.' }), paper()];
let reader: number;

beforeEach(async () => {
  await database.empty();
  clock.set('2026-05-08T08:00:00Z');
  await storePapers(database.db, [MAMBA, VISION, RIVERS, ...OTHERS]);
  reader = await storeSubscriber(database.db);
});

function deps() {
  const { db } = database;
  return { db, clock, termStatistics: createTermStatistics({ db, clock }) };
}

const give = (verb: Verb, { id }: { id: string }) =>
  giveFeedback(deps(), { subscriberId: reader, paperId: id, verb });
const takeBack = (verb: Verb, { id }: { id: string }) =>
  takeBackFeedback(deps(), { subscriberId: reader, paperId: id, verb });
const said = async () =>
  (await listFeedback(database.db, reader, { limit: 10 })).map(({ paper: { title }, verb }) => [
    title,
    verb,
  ]);
const learned = async () => {
  const learning = await findLearning(database.db, reader);
  return unpackLearned(learning?.learned ?? null);
};
const weights = async () =>
  Object.fromEntries((await learned()).terms.map(({ term, weight }) => [term, weight]));

describe('giveFeedback', () => {
  it('records what was said, learns from it, and tells what it learned', async () => {
    const heard = await give('more', MAMBA);
    expect(heard).toMatchObject({ isNew: true, paper: { id: MAMBA.id } });
    expect(heard?.terms.map(({ term }) => term)).toEqual(['hidden', 'hidden state', 'mamba']);
    expect(heard?.terms.every(({ weight }) => weight > 0)).toBe(true);
    expect(await said()).toEqual([[MAMBA.title, 'more']]);
    expect((await learned()).feedback).toBe(1);
  });

  it('changes nothing when the same is said again', async () => {
    await give('more', MAMBA);
    const before = await weights();
    clock.advance(86_400_000);
    expect(await give('more', MAMBA)).toMatchObject({ isNew: false });
    expect(await weights()).toEqual(before);
    expect(await said()).toHaveLength(1);
  });

  it('lets more and less take each other back, and leaves what is saved', async () => {
    await give('more', MAMBA);
    await give('save', MAMBA);
    await give('less', MAMBA);
    expect((await said()).map(([, verb]) => verb).sort()).toEqual(['less', 'save']);
    await give('more', MAMBA);
    expect((await said()).map(([, verb]) => verb).sort()).toEqual(['more', 'save']);
  });

  it('dislikes what was disliked', async () => {
    await give('more', MAMBA);
    const heard = await give('less', RIVERS);
    expect(heard?.terms[0]).toMatchObject({ term: 'river' });
    expect(heard?.terms[0]?.weight).toBeLessThan(0);
  });

  it('records clicks of readers who allow that, and of no others', async () => {
    expect(await give('click', MAMBA)).toBeNull();
    expect(await said()).toEqual([]);
    reader = await storeSubscriber(database.db, { allowsClicks: true });
    expect(await give('click', MAMBA)).toMatchObject({ isNew: true });
    expect((await learned()).feedback).toBeCloseTo(1 / 3, 2);
  });

  it('knows nothing of papers and readers that are not there', async () => {
    expect(await give('more', { id: 'test:none' })).toBeNull();
    reader = 4711;
    expect(await give('more', MAMBA)).toBeNull();
    expect(await takeBack('more', MAMBA)).toBeNull();
  });

  it('learns from two who speak at the same moment', async () => {
    await Promise.all([give('more', MAMBA), give('more', VISION), give('save', RIVERS)]);
    expect(await said()).toHaveLength(3);
    expect((await learned()).feedback).toBe(3);
  });
});

describe('takeBackFeedback', () => {
  it('unlearns what was taken back', async () => {
    await give('more', MAMBA);
    const before = await weights();
    await give('more', RIVERS);
    expect(await takeBack('more', RIVERS)).toMatchObject({ isNew: true });
    expect(await weights()).toEqual(before);
    expect(await takeBack('more', RIVERS)).toMatchObject({ isNew: false });
    await takeBack('more', MAMBA);
    expect((await findLearning(database.db, reader))?.learned).toBeNull();
  });
});

describe('feedbackOn', () => {
  it('tells what was said of a paper', async () => {
    await give('more', MAMBA);
    await give('save', MAMBA);
    await give('less', RIVERS);
    const verbs = await feedbackOn(deps(), { subscriberId: reader, paperId: MAMBA.id });
    expect(verbs.sort()).toEqual(['more', 'save']);
  });
});

describe('listLearned', () => {
  it('names each term with its weight and the papers that it came from', async () => {
    await give('more', MAMBA);
    clock.advance(60_000);
    await give('save', VISION);
    const view = await listLearned(deps(), reader);
    const [first] = view?.terms ?? [];
    expect(first?.term).toBe('mamba');
    expect(first?.from.map((each) => [each.paper.title, each.verb])).toEqual([
      [VISION.title, 'save'],
      [MAMBA.title, 'more'],
    ]);
    expect(view?.feedback).toHaveLength(2);
    expect(view?.terms.every(({ from }) => from.length > 0)).toBe(true);
  });

  it('is empty of a reader who said nothing, null of nobody', async () => {
    expect(await listLearned(deps(), reader)).toEqual({ terms: [], unlearned: [], feedback: [] });
    expect(await listLearned(deps(), 4711)).toBeNull();
  });
});

describe('forgetting', () => {
  it('takes a term away for good, until the reader allows it again', async () => {
    await give('more', MAMBA);
    expect(await forgetTerm(deps(), { subscriberId: reader, term: 'mamba' })).toBe(true);
    expect(Object.keys(await weights())).toEqual(['hidden', 'hidden state']);
    await give('more', VISION);
    expect(Object.keys(await weights())).not.toContain('mamba');
    expect((await listLearned(deps(), reader))?.unlearned).toEqual(['mamba']);

    expect(await allowTerm(deps(), { subscriberId: reader, term: 'mamba' })).toBe(true);
    expect(Object.keys(await weights())).toContain('mamba');
    expect((await listLearned(deps(), reader))?.unlearned).toEqual([]);
  });

  it('says so when there is nothing to forget', async () => {
    expect(await forgetTerm(deps(), { subscriberId: reader, term: 'mamba' })).toBe(false);
    expect(await allowTerm(deps(), { subscriberId: reader, term: 'mamba' })).toBe(false);
    expect(await forgetLearned(deps(), 4711)).toBe(false);
  });

  it('forgets everything, keeps what is saved, and learns from then on', async () => {
    await give('more', MAMBA);
    await give('save', RIVERS);
    expect(await forgetLearned(deps(), reader)).toBe(true);
    expect(await learned()).toEqual({ feedback: 0, terms: [] });
    expect(await said()).toEqual([[RIVERS.title, 'save']]);

    clock.advance(60_000);
    await give('more', VISION);
    expect(Object.keys(await weights())).not.toContain('river');
    expect((await learned()).feedback).toBe(1);
  });
});

describe('muteTopic', () => {
  const muted = async () => (await findLearning(database.db, reader))?.mutedTopics;

  it('mutes a topic once, and takes that back', async () => {
    const mute = { subscriberId: reader, slug: 'agents' };
    expect(await muteTopic(deps(), mute)).toMatchObject({ slug: 'agents' });
    await muteTopic(deps(), { ...mute, slug: 'rl' });
    await muteTopic(deps(), mute);
    expect(await muted()).toEqual(['rl', 'agents']);
    expect(await unmuteTopic(deps(), mute)).toMatchObject({ slug: 'agents' });
    await unmuteTopic(deps(), mute);
    expect(await muted()).toEqual(['rl']);
  });

  it('knows nothing of topics and readers that are not there', async () => {
    expect(await muteTopic(deps(), { subscriberId: reader, slug: 'cooking' })).toBeNull();
    expect(await muteTopic(deps(), { subscriberId: 4711, slug: 'agents' })).toBeNull();
    expect(await muted()).toEqual([]);
  });
});

describe('the statistics of terms', () => {
  it('are counted once an hour', async () => {
    const { termStatistics } = deps();
    const first = await termStatistics();
    expect(first.papers).toBe(5);
    await storePapers(database.db, [paper()]);
    clock.advance(3_599_000);
    expect(await termStatistics()).toBe(first);
    clock.advance(1_000);
    expect((await termStatistics()).papers).toBe(6);
  });

  it('are counted again after the database failed', async () => {
    const { termStatistics } = deps();
    await database.db.execute(sql`ALTER TABLE papers RENAME TO papers_away`);
    await expect(termStatistics()).rejects.toThrow();
    await database.db.execute(sql`ALTER TABLE papers_away RENAME TO papers`);
    expect((await termStatistics()).papers).toBe(5);
  });
});
