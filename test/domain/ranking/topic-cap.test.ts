import { describe, expect, it } from 'vitest';
import { maxPapersPerTopic, maxTopicShare } from '../../../src/domain/ranking/topic-cap.ts';

describe('maxPapersPerTopic', () => {
  it.each([
    [0, false, 10, 3],
    [0, false, 20, 6],
    [0, false, 3, 2],
    [12, false, 10, 3],
    [3, false, 10, 5],
    [2, false, 10, 8],
    [1, false, 10, 15],
    [0, true, 10, 7],
    [12, true, 10, 7],
    [2, true, 10, 8],
  ])(
    'With %d followed topics and feedback %s, %d papers include at most %d on one topic',
    (topics, hasFeedback, papers, cap) => {
      expect(maxPapersPerTopic(maxTopicShare(topics, hasFeedback), papers)).toBe(cap);
    },
  );

  it('The cap never falls as a selection grows', () => {
    for (const topics of [0, 1, 2, 3, 4, 5, 21]) {
      const caps = Array.from({ length: 20 }, (_, n) =>
        maxPapersPerTopic(maxTopicShare(topics, false), n + 1),
      );
      expect(caps).toEqual([...caps].sort((a, b) => a - b));
    }
  });
});
