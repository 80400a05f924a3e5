import type { Topic, TopicDefinition, TopicStatus } from './topic.ts';

/** How many subscribers follow or mute a topic. */
export interface TopicAudience {
  followers: number;
  muters: number;
}

/** A topic that the new set lacks, with the subscribers it is kept for. */
interface LeavingTopic extends TopicAudience {
  slug: string;
  name: string;
}

/** What loading a set of topics changes. */
export interface TopicLoadPlan {
  /** Slugs of topics that were not offered before. */
  added: string[];
  /** Slugs of topics whose queries, categories or their role change. */
  changed: string[];
  unchanged: number;
  /** Topics that the new set lacks and that subscribers follow or mute. */
  kept: LeavingTopic[];
  /** Topics that the new set lacks and that nobody follows or mutes. */
  retired: LeavingTopic[];
  /** Whether papers match other topics than before. */
  needsSorting: boolean;
}

/** Plans the loading of a set of topics over the stored ones. No preference is lost. */
export function planTopicLoad(
  stored: readonly Topic[],
  loaded: readonly TopicDefinition[],
  audiences: ReadonlyMap<string, TopicAudience>,
): TopicLoadPlan {
  const storedBySlug = new Map(stored.map((topic) => [topic.slug, topic]));
  const loadedSlugs = new Set(loaded.map(({ slug }) => slug));
  const isNew = ({ slug }: TopicDefinition) =>
    (storedBySlug.get(slug)?.status ?? 'retired') === 'retired';
  const isChanged = (topic: TopicDefinition) => {
    const before = storedBySlug.get(topic.slug);
    return before !== undefined && !isNew(topic) && !matchesAlike(before, topic);
  };
  const added = loaded.filter(({ slug }) => storedBySlug.get(slug)?.status !== 'offered');
  const changed = loaded.filter(isChanged);
  const leaving = stored
    .filter(({ slug, status }) => !loadedSlugs.has(slug) && status !== 'retired')
    .map(({ slug, name }) => ({ slug, name, ...(audiences.get(slug) ?? NOBODY) }));
  const kept = leaving.filter(hasAudience);
  const retired = leaving.filter((topic) => !hasAudience(topic));
  return {
    added: added.map(({ slug }) => slug),
    changed: changed.map(({ slug }) => slug),
    unchanged: loaded.length - new Set([...added, ...changed]).size,
    kept,
    retired,
    needsSorting: loaded.some(isNew) || changed.length > 0 || retired.length > 0,
  };
}

/** The status that each topic of a plan gets when it leaves the set, by slug. */
export function listStatusChanges({
  kept,
  retired,
}: Pick<TopicLoadPlan, 'kept' | 'retired'>): Map<string, TopicStatus> {
  return new Map<string, TopicStatus>([
    ...kept.map(({ slug }) => [slug, 'kept'] as const),
    ...retired.map(({ slug }) => [slug, 'retired'] as const),
  ]);
}

const NOBODY: TopicAudience = { followers: 0, muters: 0 };

function hasAudience({ followers, muters }: TopicAudience): boolean {
  return followers + muters > 0;
}

function matchesAlike(a: TopicDefinition, b: TopicDefinition): boolean {
  return (
    a.query === b.query &&
    a.titleQuery === b.titleQuery &&
    a.categoryRole === b.categoryRole &&
    a.categories.join('\n') === b.categories.join('\n')
  );
}
