import { describe, expect, it } from 'vitest';
import { groupTopics, parseQueryPhrases } from '../../../src/domain/topics/topic.ts';

describe('groupTopics', () => {
  it('Topics of a group come together, in their order and that of the groups', () => {
    const topics = ['a', null, 'b', 'a'].map((group, slug) => ({ group, slug }));
    expect(groupTopics(topics)).toEqual([
      { group: 'a', topics: [topics[0], topics[3]] },
      { group: null, topics: [topics[1]] },
      { group: 'b', topics: [topics[2]] },
    ]);
    expect(groupTopics([])).toEqual([]);
  });
});

describe('parseQueryPhrases', () => {
  it('A query is split at its ors', () => {
    const query = '"llm serving" or "kv cache" OR prefill or -draft';
    expect(parseQueryPhrases({ query })).toEqual(['llm serving', 'kv cache', 'prefill']);
    expect(parseQueryPhrases({ query: '' })).toEqual([]);
  });
});
