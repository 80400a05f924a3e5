import { describe, expect, it } from 'vitest';
import type { Topic } from '../../../src/domain/topics/topic.ts';
import { listStatusChanges, planTopicLoad } from '../../../src/domain/topics/topic-load.ts';

const topic = (slug: string, changes: Partial<Topic> = {}): Topic => ({
  slug,
  name: slug.toUpperCase(),
  group: null,
  categories: [],
  categoryRole: 'support',
  query: slug,
  titleQuery: slug,
  status: 'offered',
  ...changes,
});

const audiences = (slugs: Record<string, [followers: number, muters: number]>) =>
  new Map(
    Object.entries(slugs).map(([slug, [followers, muters]]) => [slug, { followers, muters }]),
  );

describe('planTopicLoad', () => {
  it('The same topics change nothing, whatever their names, groups and order', () => {
    const stored = [topic('a'), topic('b')];
    const loaded = [topic('b', { name: 'Bee' }), topic('a', { group: 'Letters' })];
    expect(planTopicLoad(stored, loaded, new Map())).toEqual({
      added: [],
      changed: [],
      unchanged: 2,
      kept: [],
      retired: [],
      needsSorting: false,
    });
  });

  it.each<Partial<Topic>>([
    { query: 'x' },
    { titleQuery: 'x' },
    { categories: ['cs.LG'] },
    { categoryRole: 'define' },
  ])('A topic that papers match otherwise is changed (%j)', (changes) => {
    const plan = planTopicLoad([topic('a')], [topic('a', changes)], new Map());
    expect(plan).toMatchObject({ added: [], changed: ['a'], unchanged: 0, needsSorting: true });
  });

  it('A topic that the new set lacks is kept for those who follow or mute it, else retired', () => {
    const stored = ['followed', 'muted', 'neither'].map((slug) => topic(slug));
    const plan = planTopicLoad(
      stored,
      [topic('new')],
      audiences({ followed: [3, 0], muted: [0, 1] }),
    );
    expect(plan).toMatchObject({
      added: ['new'],
      kept: [
        { slug: 'followed', name: 'FOLLOWED', followers: 3, muters: 0 },
        { slug: 'muted', followers: 0, muters: 1 },
      ],
      retired: [{ slug: 'neither' }],
      needsSorting: true,
    });
    expect([...listStatusChanges(plan)]).toEqual([
      ['followed', 'kept'],
      ['muted', 'kept'],
      ['neither', 'retired'],
    ]);
  });

  it('A kept topic is retired once nobody follows it, and then no papers match it any more', () => {
    const stored = [topic('a'), topic('old', { status: 'kept' })];
    const still = planTopicLoad(stored, [topic('a')], audiences({ old: [1, 0] }));
    expect(still).toMatchObject({ kept: [{ slug: 'old' }], needsSorting: false });
    const then = planTopicLoad(stored, [topic('a')], new Map());
    expect(then).toMatchObject({ retired: [{ slug: 'old' }], needsSorting: true });
  });

  it('A topic can come back: papers are sorted anew only if it was retired', () => {
    const kept = [topic('a', { status: 'kept' })];
    expect(planTopicLoad(kept, [topic('a')], new Map())).toMatchObject({
      added: ['a'],
      needsSorting: false,
    });
    const retired = [topic('a', { status: 'retired' })];
    expect(planTopicLoad(retired, [topic('a')], new Map())).toMatchObject({
      added: ['a'],
      unchanged: 0,
      needsSorting: true,
    });
  });
});
