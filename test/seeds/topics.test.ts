import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isArxivCategory } from '../../src/domain/sources/source-name.ts';
import { groupTopics } from '../../src/domain/topics/topic.ts';
import { parseTopicFile } from '../../src/domain/topics/topic-file.ts';

const readTopics = (name: string) =>
  parseTopicFile(readFileSync(new URL(`../../seeds/${name}`, import.meta.url), 'utf8'));

describe.each(['topics.json', 'arxiv-topics.json'])('seeds/%s', (name) => {
  it('Each topic has categories of arXiv, and queries whose quotes are closed', () => {
    for (const { categories, query, titleQuery } of readTopics(name)) {
      expect(categories.length).toBeGreaterThan(0);
      expect(categories.filter((category) => !isArxivCategory(category))).toEqual([]);
      expect(query.split('"').length % 2).toBe(1);
      expect(titleQuery.split('"').length % 2).toBe(1);
    }
  });
});

describe('seeds/topics.json', () => {
  it('The default set has 21 topics without groups', () => {
    const topics = readTopics('topics.json');
    expect(topics).toHaveLength(21);
    expect(topics.filter(({ group }) => group !== null)).toEqual([]);
  });
});

describe('seeds/arxiv-topics.json', () => {
  const topics = readTopics('arxiv-topics.json');

  it('Each of arXiv’s 155 categories defines one topic; aliases share one', () => {
    const categories = topics.flatMap((topic) => topic.categories);
    expect(new Set(categories).size).toBe(155);
    expect(categories).toHaveLength(155);
    expect(topics.filter(({ categoryRole }) => categoryRole !== 'define')).toEqual([]);
    const shared = topics.filter((topic) => topic.categories.length > 1);
    expect(shared.map((topic) => topic.categories.join())).toEqual([
      ...['cs.IT,math.IT', 'econ.GN,q-fin.EC', 'eess.SY,cs.SY', 'math.NA,cs.NA'],
      ...['math.ST,stat.TH', 'math-ph,math.MP'],
    ]);
  });

  it('Its topics are in eleven groups, each of a size for one list', () => {
    const groups = groupTopics(topics);
    expect(groups.map(({ group }) => group)).toEqual([
      ...['Computer Science', 'Economics', 'Electrical Engineering and Systems Science'],
      ...['Mathematics', 'Astrophysics', 'Condensed Matter', 'Nonlinear Sciences', 'Physics'],
      ...['Quantitative Biology', 'Quantitative Finance', 'Statistics'],
    ]);
    expect(Math.max(...groups.map((group) => group.topics.length))).toBeLessThanOrEqual(40);
  });
});
