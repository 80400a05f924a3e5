import { PaperboyError } from '../errors.ts';
import { cleanText } from '../text/clean-text.ts';
import { formatJson } from '../text/format-json.ts';
import { truncateInput } from '../text/truncate.ts';
import { CATEGORY_ROLES, type CategoryRole, type TopicDefinition } from './topic.ts';

/** Every paper is compared with every topic, and the settings page lists all of them. */
const MAX_TOPICS = 500;
const MAX_SLUG_CHARS = 60;
const MAX_NAME_CHARS = 100;
const MAX_QUERY_CHARS = 4000;
const MAX_CATEGORIES = 100;
const MAX_CATEGORY_CHARS = 100;

/**
 * Parses a file of topics: a JSON array, in display order, of `{slug, name, query, title_query}`
 * and optionally `{group, categories, category_role}`.
 * @throws PaperboyError `INVALID_TOPICS` naming the place, the value and what was expected.
 */
export function parseTopicFile(text: string): TopicDefinition[] {
  const list = parseJson(text);
  if (!Array.isArray(list)) throwInvalidTopics('The topics are not a JSON array');
  if (list.length === 0 || list.length > MAX_TOPICS)
    throwInvalidTopics(`The file has ${list.length} topics: expected 1 to ${MAX_TOPICS}`);
  const topics = list.map((entry, index) => parseTopic(entry, `Topic ${index + 1}`));
  for (const name of ['slug', 'name'] as const) {
    const index = topics.findIndex(
      (topic, at) => topics.findIndex((each) => each[name] === topic[name]) !== at,
    );
    if (index >= 0)
      throwInvalidTopics(
        `Topic ${index + 1}: ${name} is “${topics[index]?.[name]}”, which an earlier topic has: expected each ${name} once`,
      );
  }
  return topics;
}

/** A topic as a file has it. */
export function toTopicEntry(topic: TopicDefinition): Record<string, unknown> {
  return {
    slug: topic.slug,
    name: topic.name,
    ...(topic.group !== null && { group: topic.group }),
    categories: topic.categories,
    category_role: topic.categoryRole,
    query: topic.query,
    title_query: topic.titleQuery,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = truncateInput((cause as Error).message);
    throw new PaperboyError('INVALID_TOPICS', `The topics are not JSON (${problem}).`, { cause });
  }
}

function parseTopic(entry: unknown, place: string): TopicDefinition {
  const fields = Object(entry) as Record<string, unknown>;
  const read = <Value>(name: string, parse: (value: unknown) => Value, fallback?: Value): Value => {
    const value = fields[name] ?? undefined;
    if (value === undefined) {
      if (fallback !== undefined) return fallback;
      throwInvalidTopics(`${place}: ${name} is missing: expected a text`);
    }
    try {
      return parse(value);
    } catch (error) {
      return throwInvalidTopics(
        `${place}: ${name} is ${truncateInput(formatJson(value))}: expected ${(error as Error).message}`,
      );
    }
  };
  return {
    slug: read('slug', parseSlug),
    name: read('name', (value) => parseText(value, MAX_NAME_CHARS)),
    group: read<string | null>('group', (value) => parseText(value, MAX_NAME_CHARS), null),
    categories: read('categories', parseCategories, []),
    categoryRole: read<CategoryRole>('category_role', parseRole, 'support'),
    query: read('query', parseQuery),
    titleQuery: read('title_query', parseQuery),
  };
}

function parseText(value: unknown, max: number): string {
  const text = typeof value === 'string' ? cleanText(value) : '';
  if (text === '' || text.length > max) throw new Error(`a text of 1 to ${max} characters`);
  return text;
}

/** Not cleaned like other text: quotes and hyphens have a meaning. */
function parseQuery(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' || text.length > MAX_QUERY_CHARS || /\p{Cc}/u.test(text))
    throw new Error(`a search of 1 to ${MAX_QUERY_CHARS} characters, such as "kv cache" or vllm`);
  return text;
}

function parseSlug(value: unknown): string {
  const isSlug =
    typeof value === 'string' &&
    value.length <= MAX_SLUG_CHARS &&
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value);
  if (!isSlug)
    throw new Error(
      `at most ${MAX_SLUG_CHARS} small letters and digits, with single hyphens between them, such as state-space-models`,
    );
  return value;
}

function parseCategories(value: unknown): string[] {
  const isList =
    Array.isArray(value) &&
    value.length <= MAX_CATEGORIES &&
    value.every(
      (each) => typeof each === 'string' && each !== '' && each.length <= MAX_CATEGORY_CHARS,
    );
  if (!isList)
    throw new Error(
      `a list of at most ${MAX_CATEGORIES} categories of 1 to ${MAX_CATEGORY_CHARS} characters`,
    );
  return [...new Set((value as string[]).map(cleanText))];
}

function parseRole(value: unknown): CategoryRole {
  const role = CATEGORY_ROLES.find((each) => each === value);
  if (role === undefined) throw new Error(`one of ${CATEGORY_ROLES.join(', ')}`);
  return role;
}

function throwInvalidTopics(problem: string): never {
  throw new PaperboyError('INVALID_TOPICS', `${problem}.`);
}
