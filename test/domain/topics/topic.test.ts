import { describe, expect, it } from 'vitest';
import {
  chooseTopics,
  parseQueryPhrases,
  SECOND_TOPIC_SCORE,
} from '../../../src/domain/topics/topic.ts';

describe('chooseTopics', () => {
  it('A paper without a match has no topic', () => {
    expect(chooseTopics([])).toEqual([]);
  });

  it('The best match is a topic, however weak', () => {
    expect(chooseTopics([{ slug: 'agents', score: 0.001 }])).toEqual([
      { slug: 'agents', score: 0.001 },
    ]);
  });

  it('A strong second match is a topic, too, but never a third', () => {
    const matches = [
      { slug: 'theory', score: SECOND_TOPIC_SCORE },
      { slug: 'agents', score: 0.5 },
      { slug: 'hardware', score: SECOND_TOPIC_SCORE / 2 },
    ];
    expect(chooseTopics(matches).map(({ slug }) => slug)).toEqual(['agents', 'theory']);
    expect(chooseTopics(matches.slice(1)).map(({ slug }) => slug)).toEqual(['agents']);
    expect(
      chooseTopics(['a', 'b', 'c'].map((slug) => ({ slug, score: 1 }))).map(({ slug }) => slug),
    ).toEqual(['a', 'b']);
  });

  it('Ties are broken by slug, and the input is unchanged', () => {
    const matches = [
      { slug: 'theory', score: 0.2 },
      { slug: 'agents', score: 0.2 },
    ];
    expect(chooseTopics(matches).map(({ slug }) => slug)).toEqual(['agents', 'theory']);
    expect(matches[0]?.slug).toBe('theory');
  });
});

describe('parseQueryPhrases', () => {
  it('A query is split at its ors', () => {
    const query = '"llm serving" or "kv cache" OR prefill or -draft';
    expect(parseQueryPhrases({ query })).toEqual(['llm serving', 'kv cache', 'prefill']);
    expect(parseQueryPhrases({ query: '' })).toEqual([]);
  });
});
