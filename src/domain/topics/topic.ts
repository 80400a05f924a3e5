/**
 * What the categories of a topic say about a paper that has one of them: it is on the topic
 * (`define`; then the queries only decide about papers without known categories), it may be
 * (`support`; the queries decide as well), or nothing.
 */
export const CATEGORY_ROLES = ['define', 'support', 'none'] as const;
export type CategoryRole = (typeof CATEGORY_ROLES)[number];

/**
 * `offered` topics can be followed. A topic that a new set lacks is `kept` for those who follow or
 * mute it, else `retired`: it gets no more papers, but frozen digests still need its name.
 */
export type TopicStatus = 'offered' | 'kept' | 'retired';

/** A topic as a set of topics defines it. */
export interface TopicDefinition {
  slug: string;
  name: string;
  /** The heading that it is listed under; null for none. */
  group: string | null;
  /** As sources name them: `cs.CL`, `biorxiv:neuroscience`. */
  categories: string[];
  categoryRole: CategoryRole;
  /** `websearch_to_tsquery` text for title and abstract. */
  query: string;
  /** The same for the title alone. */
  titleQuery: string;
}

/** A subject to follow. */
export interface Topic extends TopicDefinition {
  status: TopicStatus;
}

/** Whether a topic can be followed by those who do not yet. */
export function isOffered({ status }: Pick<Topic, 'status'>): boolean {
  return status === 'offered';
}

/** The phrases of a topic's query, which are separated by “or”. */
export function parseQueryPhrases({ query }: Pick<Topic, 'query'>): string[] {
  return query
    .split(/ or /i)
    .map((phrase) => phrase.replaceAll('"', '').trim())
    .filter((phrase) => phrase !== '' && !phrase.startsWith('-'));
}

/** The topics by their groups, both in display order. */
export function groupTopics<Each extends Pick<Topic, 'group'>>(
  topics: readonly Each[],
): { group: string | null; topics: Each[] }[] {
  const groups = new Map<string | null, Each[]>();
  for (const topic of topics) {
    const list = groups.get(topic.group) ?? [];
    groups.set(topic.group, list);
    list.push(topic);
  }
  return [...groups].map(([group, list]) => ({ group, topics: list }));
}
