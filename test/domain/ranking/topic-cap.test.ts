import { describe, expect, it } from 'vitest';
import { maxPapersPerTopic, maxTopicShare } from '../../../src/domain/ranking/topic-cap.ts';

describe('maxPapersPerTopic', () => {
  it.each([
    [0, 10, 3],
    [0, 20, 6],
    [0, 3, 2],
    [12, 10, 3],
    [3, 10, 5],
    [2, 10, 8],
    [1, 10, 15],
  ])(
    'With %d followed topics, %d papers include at most %d on one topic',
    (topics, papers, cap) => {
      expect(maxPapersPerTopic(maxTopicShare(topics), papers)).toBe(cap);
    },
  );

  it('The cap never falls as a selection grows', () => {
    for (const topics of [0, 1, 2, 3, 4, 5, 21]) {
      const caps = Array.from({ length: 20 }, (_, n) =>
        maxPapersPerTopic(maxTopicShare(topics), n + 1),
      );
      expect(caps).toEqual([...caps].sort((a, b) => a - b));
    }
  });
});
