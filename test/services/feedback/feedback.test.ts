import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { findLearning, listFeedback } from '../../../src/db/feedback/feedback.ts';
import type { FeedbackVerb } from '../../../src/domain/feedback/feedback-event.ts';
import { unpackLearned } from '../../../src/domain/ranking/learned-terms.ts';
import {
  giveFeedback,
  listFeedbackOn,
  undoFeedback,
} from '../../../src/services/feedback/give-feedback.ts';
import {
  allowTerm,
  forgetLearned,
  forgetTerm,
  listLearned,
} from '../../../src/services/feedback/learned-terms.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { muteTopic, unmuteTopic } from '../../../src/services/subscribers/mute-topic.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';

const database = useDatabase();
const clock = createTestClock('2026-05-08T08:00:00Z');
const MAMBA = buildPaper({ title: 'Mamba Has a Hidden State', abstract: 'A hidden state.' });
const VISION = buildPaper({ title: 'Vision Mamba', abstract: 'Pixels.' });
const RIVERS = buildPaper({ title: 'Kernels for Rivers', abstract: 'Rivers.' });
const OTHERS = [buildPaper({ title: 'Hidden State Kernels', abstract: 'Pixels.' }), buildPaper()];
let subscriber: number;

beforeEach(async () => {
  await database.empty();
  clock.set('2026-05-08T08:00:00Z');
  await storePapers(database.db, [MAMBA, VISION, RIVERS, ...OTHERS]);
  subscriber = await storeSubscriber(database.db);
});

function deps() {
  const { db } = database;
  return { db, clock, termStatistics: createTermStatistics({ db, clock }) };
}

const give = (verb: FeedbackVerb, { id }: { id: string }) =>
  giveFeedback(deps(), { subscriberId: subscriber, paperId: id, verb });
const takeBack = (verb: FeedbackVerb, { id }: { id: string }) =>
  undoFeedback(deps(), { subscriberId: subscriber, paperId: id, verb });
const output = async () =>
  (await listFeedback(database.db, subscriber, { limit: 10 })).map(({ paper: { title }, verb }) => [
    title,
    verb,
  ]);
const learned = async () => {
  const learning = await findLearning(database.db, subscriber);
  return unpackLearned(learning?.learned ?? null);
};
const weights = async () =>
  Object.fromEntries((await learned()).terms.map(({ term, weight }) => [term, weight]));

describe('giveFeedback', () => {
  it('Feedback is recorded and learned from, and the result lists what was learned', async () => {
    const result = await give('more', MAMBA);
    expect(result).toMatchObject({ isNew: true, paper: { id: MAMBA.id } });
    expect(result?.terms.map(({ term }) => term)).toEqual(['hidden', 'hidden state', 'mamba']);
    expect(result?.terms.every(({ weight }) => weight > 0)).toBe(true);
    expect(await output()).toEqual([[MAMBA.title, 'more']]);
    expect((await learned()).feedback).toBe(1);
  });

  it('The same feedback again changes nothing', async () => {
    await give('more', MAMBA);
    const before = await weights();
    clock.advance(86_400_000);
    expect(await give('more', MAMBA)).toMatchObject({ isNew: false });
    expect(await weights()).toEqual(before);
    expect(await output()).toHaveLength(1);
  });

  it('More and less undo each other and leave what is saved', async () => {
    await give('more', MAMBA);
    await give('save', MAMBA);
    await give('less', MAMBA);
    expect((await output()).map(([, verb]) => verb).sort()).toEqual(['less', 'save']);
    await give('more', MAMBA);
    expect((await output()).map(([, verb]) => verb).sort()).toEqual(['more', 'save']);
  });

  it('The terms of a disliked paper get negative weights', async () => {
    await give('more', MAMBA);
    const result = await give('less', RIVERS);
    expect(result?.terms[0]).toMatchObject({ term: 'river' });
    expect(result?.terms[0]?.weight).toBeLessThan(0);
  });

  it('Clicks are recorded only for subscribers who allow it', async () => {
    expect(await give('click', MAMBA)).toBeNull();
    expect(await output()).toEqual([]);
    subscriber = await storeSubscriber(database.db, { allowsClicks: true });
    expect(await give('click', MAMBA)).toMatchObject({ isNew: true });
    expect((await learned()).feedback).toBeCloseTo(1 / 3, 2);
  });

  it('Feedback on an unknown paper or by an unknown subscriber gives null', async () => {
    expect(await give('more', { id: 'test:none' })).toBeNull();
    subscriber = 4711;
    expect(await give('more', MAMBA)).toBeNull();
    expect(await takeBack('more', MAMBA)).toBeNull();
  });

  it('Feedback given twice at the same moment is learned from both times', async () => {
    await Promise.all([give('more', MAMBA), give('more', VISION), give('save', RIVERS)]);
    expect(await output()).toHaveLength(3);
    expect((await learned()).feedback).toBe(3);
  });
});

describe('undoFeedback', () => {
  it('Undone feedback is unlearned', async () => {
    await give('more', MAMBA);
    const before = await weights();
    await give('more', RIVERS);
    expect(await takeBack('more', RIVERS)).toMatchObject({ isNew: true });
    expect(await weights()).toEqual(before);
    expect(await takeBack('more', RIVERS)).toMatchObject({ isNew: false });
    await takeBack('more', MAMBA);
    expect((await findLearning(database.db, subscriber))?.learned).toBeNull();
  });
});

describe('listFeedbackOn', () => {
  it('The feedback on one paper is listed', async () => {
    await give('more', MAMBA);
    await give('save', MAMBA);
    await give('less', RIVERS);
    const verbs = await listFeedbackOn(deps(), { subscriberId: subscriber, paperId: MAMBA.id });
    expect(verbs.sort()).toEqual(['more', 'save']);
  });
});

describe('listLearned', () => {
  it('Each learned term is listed with its weight and the papers it came from', async () => {
    await give('more', MAMBA);
    clock.advance(60_000);
    await give('save', VISION);
    const view = await listLearned(deps(), subscriber);
    const [first] = view?.terms ?? [];
    expect(first?.term).toBe('mamba');
    expect(first?.from.map((each) => [each.paper.title, each.verb])).toEqual([
      [VISION.title, 'save'],
      [MAMBA.title, 'more'],
    ]);
    expect(view?.feedback).toHaveLength(2);
    expect(view?.terms.every(({ from }) => from.length > 0)).toBe(true);
  });

  it('Nothing is learned without feedback, and an unknown subscriber gives null', async () => {
    expect(await listLearned(deps(), subscriber)).toEqual({
      library: [],
      terms: [],
      unlearned: [],
      feedback: [],
    });
    expect(await listLearned(deps(), 4711)).toBeNull();
  });
});

describe('forgetTerm and forgetLearned', () => {
  it('A removed term stays removed until the subscriber allows it again', async () => {
    await give('more', MAMBA);
    expect(await forgetTerm(deps(), { subscriberId: subscriber, term: 'mamba' })).toBe(true);
    expect(Object.keys(await weights())).toEqual(['hidden', 'hidden state']);
    await give('more', VISION);
    expect(Object.keys(await weights())).not.toContain('mamba');
    expect((await listLearned(deps(), subscriber))?.unlearned).toEqual(['mamba']);

    expect(await allowTerm(deps(), { subscriberId: subscriber, term: 'mamba' })).toBe(true);
    expect(Object.keys(await weights())).toContain('mamba');
    expect((await listLearned(deps(), subscriber))?.unlearned).toEqual([]);
  });

  it('Forgetting reports when there is nothing to forget', async () => {
    expect(await forgetTerm(deps(), { subscriberId: subscriber, term: 'mamba' })).toBe(false);
    expect(await allowTerm(deps(), { subscriberId: subscriber, term: 'mamba' })).toBe(false);
    expect(await forgetLearned(deps(), 4711)).toBe(false);
  });

  it('Forgetting everything keeps what is saved and learns from later feedback', async () => {
    await give('more', MAMBA);
    await give('save', RIVERS);
    expect(await forgetLearned(deps(), subscriber)).toBe(true);
    expect(await learned()).toEqual({ feedback: 0, terms: [] });
    expect(await output()).toEqual([[RIVERS.title, 'save']]);

    clock.advance(60_000);
    await give('more', VISION);
    expect(Object.keys(await weights())).not.toContain('river');
    expect((await learned()).feedback).toBe(1);
  });
});

describe('muteTopic', () => {
  const muted = async () => (await findLearning(database.db, subscriber))?.mutedTopics;

  it('A topic is muted once and unmuted once', async () => {
    const mute = { subscriberId: subscriber, slug: 'agents' };
    expect(await muteTopic(deps(), mute)).toMatchObject({ slug: 'agents' });
    await muteTopic(deps(), { ...mute, slug: 'rl' });
    await muteTopic(deps(), mute);
    expect(await muted()).toEqual(['rl', 'agents']);
    expect(await unmuteTopic(deps(), mute)).toMatchObject({ slug: 'agents' });
    await unmuteTopic(deps(), mute);
    expect(await muted()).toEqual(['rl']);
  });

  it('An unknown topic or subscriber mutes nothing and gives null', async () => {
    expect(await muteTopic(deps(), { subscriberId: subscriber, slug: 'cooking' })).toBeNull();
    expect(await muteTopic(deps(), { subscriberId: 4711, slug: 'agents' })).toBeNull();
    expect(await muted()).toEqual([]);
  });
});

describe('createTermStatistics', () => {
  it('Term statistics are read again after the database failed', async () => {
    const { termStatistics } = deps();
    await database.db.execute(sql`ALTER TABLE papers RENAME TO papers_away`);
    await expect(termStatistics()).rejects.toThrow();
    await database.db.execute(sql`ALTER TABLE papers_away RENAME TO papers`);
    expect((await termStatistics()).paperCount).toBe(5);
  });
});
