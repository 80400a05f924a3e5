import { describe, expect, it } from 'vitest';
import { createSimilarity } from '../../../src/domain/ranking/similarity.ts';
import { buildTopicPaper } from '../builders.ts';

const agents = [{ slug: 'agents', score: 0.3 }];
const hardware = [{ slug: 'hardware', score: 0.3 }];

describe('createSimilarity', () => {
  const rows = createSimilarity([
    buildTopicPaper(0, { title: 'Long-Context Attention: Sparse Heads', topics: agents }),
    buildTopicPaper(1, { title: 'sparse heads, long context, attention', topics: agents }),
    buildTopicPaper(2, { title: 'Memristor Units', topics: hardware }),
    buildTopicPaper(3, { title: 'Memristor Units', topics: agents }),
    buildTopicPaper(4, { title: '！？', topics: [] }),
    buildTopicPaper(5, { title: '', topics: [] }),
    buildTopicPaper(6, { title: '長文注意', topics: [] }),
    buildTopicPaper(7, { title: '長文注意力', topics: [] }),
  ]);
  const similarity = (a: number, b: number) => rows(a)[b];

  it('The similarity is 1 for equal words and topics, whatever their order and case', () => {
    expect(similarity(0, 1)).toBe(1);
    expect(similarity(2, 2)).toBe(1);
  });

  it('The similarity is 0 if nothing is shared', () => {
    expect(similarity(0, 2)).toBe(0);
  });

  it('Topics and title count half each', () => {
    expect(similarity(2, 3)).toBe(0.5);
    expect(similarity(0, 3)).toBe(0.5);
  });

  it('Similarity is symmetric, and the same when asked again', () => {
    for (let a = 0; a < 8; a++) {
      for (let b = 0; b < 8; b++) {
        const value = similarity(a, b);
        expect(similarity(b, a)).toBe(value);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
    }
  });

  it('Papers without words are not similar', () => {
    expect(similarity(4, 5)).toBe(0);
  });

  it('Titles in other scripts are compared', () => {
    expect(similarity(6, 7)).toBeGreaterThan(0.2);
  });
});
