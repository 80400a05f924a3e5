import type { Db } from '../../db/client.ts';
import { saveTopics } from '../../db/topics/topics.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Topic } from '../../domain/topics/topic.ts';

/**
 * Stores the topics of a file in its order: a JSON array of `{slug, name, categories, query,
 * title_query}`. Returns their number.
 * @throws PaperboyError `INVALID_TOPICS` naming the place.
 */
export async function importTopics(db: Db, text: string): Promise<number> {
  const list = parseJson(text);
  if (!Array.isArray(list))
    throw new PaperboyError('INVALID_TOPICS', 'The topics are not a JSON array.');
  const topics = list.map((entry, index) => readTopic(entry, index + 1));
  await saveTopics(db, topics);
  return topics.length;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new PaperboyError('INVALID_TOPICS', `The topics are not JSON (${problem}).`, { cause });
  }
}

function readTopic(entry: unknown, position: number): Topic {
  const { categories, ...fields } = Object(entry) as Record<string, unknown>;
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw new PaperboyError(
      'INVALID_TOPICS',
      `Topic ${position}: ${name} is missing: expected a text.`,
    );
  };
  return {
    slug: text('slug'),
    name: text('name'),
    categories: Array.isArray(categories) ? categories.map(String) : [],
    query: text('query'),
    titleQuery: text('title_query'),
  };
}
