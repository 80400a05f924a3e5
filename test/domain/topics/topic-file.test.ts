import { describe, expect, it } from 'vitest';
import { parseTopicFile, toTopicEntry } from '../../../src/domain/topics/topic-file.ts';
import { catchRefusal } from '../builders.ts';

const LEAST = {
  slug: 'state-space',
  name: 'State space',
  query: 'ssm or mamba',
  title_query: 'mamba',
};
const parse = (...entries: unknown[]) => parseTopicFile(JSON.stringify(entries));

describe('parseTopicFile', () => {
  it('Group and categories may be absent; categories support a topic unless the file says more', () => {
    expect(parse(LEAST)).toEqual([
      {
        slug: 'state-space',
        name: 'State space',
        group: null,
        categories: [],
        categoryRole: 'support',
        query: 'ssm or mamba',
        titleQuery: 'mamba',
      },
    ]);
  });

  it('A written topic parses to the same topic', () => {
    const entry = {
      ...LEAST,
      group: 'Learning',
      categories: ['cs.LG', 'biorxiv:neuroscience'],
      category_role: 'define',
      query: '"state space" -"phase -space"',
    };
    const topics = parse(entry);
    expect(parse(...topics.map(toTopicEntry))).toEqual(topics);
    expect(topics[0]?.query).toBe(entry.query);
  });

  it.each([
    ['{}', 'The topics are not a JSON array.'],
    ['[', 'The topics are not JSON ('],
    ['[]', 'The file has 0 topics: expected 1 to 500.'],
    [JSON.stringify(Array(501).fill(LEAST)), 'The file has 501 topics'],
    ['[null]', 'Topic 1: slug is missing: expected a text.'],
  ])('A file that is no list of topics is refused (%#)', (text, message) => {
    const refusal = catchRefusal(() => parseTopicFile(text));
    expect(refusal?.code).toBe('INVALID_TOPICS');
    expect(refusal?.message).toContain(message);
  });

  it.each([
    [{ slug: 'State Space' }, 'slug is "State Space": expected at most 60 small letters'],
    [{ slug: 'a'.repeat(61) }, 'expected at most 60 small letters'],
    [{ name: ' ' }, 'name is " ": expected a text of 1 to 100 characters'],
    [{ group: 7 }, 'group is 7: expected a text of 1 to 100 characters'],
    [{ query: 'a\nb' }, 'expected a search of 1 to 4000 characters'],
    [{ title_query: undefined }, 'title_query is missing'],
    [{ categories: 'cs.LG' }, 'categories is "cs.LG": expected a list of at most 100 categories'],
    [{ categories: [''] }, 'expected a list of at most 100 categories'],
    [{ category_role: 'all' }, 'category_role is "all": expected one of define, support, none'],
    [{ slug: 'other' }, 'name is “State space”, which an earlier topic has'],
    [{ name: 'Other' }, 'slug is “state-space”, which an earlier topic has'],
  ])(
    'The error for an invalid topic names the place, the value and what was expected (%#)',
    (changes, message) => {
      const refusal = catchRefusal(() => parse(LEAST, { ...LEAST, ...changes }));
      expect(refusal?.message).toContain('Topic 2: ');
      expect(refusal?.message).toContain(message);
    },
  );
});
