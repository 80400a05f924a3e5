import { describe, expect, it } from 'vitest';
import { maxPapersPerTopic, maxTopicShare } from '../../../src/domain/ranking/topic-cap.ts';

describe('maxPapersPerTopic', () => {
  it.each([
    ['no topics', 0, 10, 3],
    ['no topics', 0, 20, 6],
    ['no topics', 0, 3, 2],
    ['many topics', 12, 10, 3],
    ['three topics', 3, 10, 5],
    ['two topics', 2, 10, 8],
    ['one topic', 1, 10, 15],
  ])(
    'for a reader who follows %s (%d) lets in, of %d papers, %d on one topic',
    (_who, topics, papers, most) => {
      expect(maxPapersPerTopic(maxTopicShare(topics), papers)).toBe(most);
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
