import { describe, expect, it } from 'vitest';
import {
  computeTopicPrecision,
  computeWilsonInterval,
  formatTopicPrecision,
} from './topic-precision.ts';

const paper = (categories: string[], shown: string[], others: string[] = []) => ({
  categories,
  topics: shown.map((slug) => ({ slug, score: 0.3 })),
  otherTopics: others.map((slug) => ({ slug, score: 0.01 })),
});

describe('computeTopicPrecision', () => {
  it('A topic is compared with its categories, by what is shown and by every match', () => {
    const papers = [
      paper(['cs.CL'], ['nlp']),
      paper(['cs.LG', 'cs.CL'], ['rl'], ['nlp']),
      paper(['cs.CL'], ['rl']),
      paper(['cs.LG'], ['nlp']),
      paper([], ['nlp']),
    ];
    const rows = computeTopicPrecision(papers, [{ slug: 'nlp', categories: ['cs.CL'] }]);
    expect(rows).toEqual([
      {
        slug: 'nlp',
        inCategories: 3,
        precision: { shown: { hits: 1, of: 2 }, matched: { hits: 2, of: 3 } },
        recall: { shown: { hits: 1, of: 3 }, matched: { hits: 2, of: 3 } },
      },
    ]);
    expect(formatTopicPrecision(rows, 4)).toContain('| `nlp` | 3 | 50 % [9, 91] |');
  });

  it('Topics without a paper in their categories have no row', () => {
    const rows = computeTopicPrecision([paper(['cs.CL'], [])], [{ slug: 'x', categories: [] }]);
    expect(formatTopicPrecision(rows, 1)).not.toContain('`x`');
  });
});

describe('computeWilsonInterval', () => {
  it('The interval of a share is that of Wilson, and there is none without a case', () => {
    const [low = 0, high = 0] = computeWilsonInterval({ hits: 8, of: 10 }) ?? [];
    expect(low).toBeCloseTo(0.49, 2);
    expect(high).toBeCloseTo(0.943, 2);
    expect(computeWilsonInterval({ hits: 0, of: 0 })).toBeNull();
  });
});
